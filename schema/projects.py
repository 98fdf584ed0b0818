"""Which registered project a person means: an id, a name, or a path in any spelling."""

from __future__ import annotations

import os
from difflib import get_close_matches

from schema.connection import Connection
from schema.errors import UnknownName
from schema.first_steps import none_registered
from schema.names import did_you_mean, matching_names, one_of
from schema.spelling import command
from schema.statements import statement


def resolve_project(con: Connection, text: str, *, in_part: bool = False) -> str:
    """The id of the project that ``text`` names; ``in_part``: a unique part of its name will do.

    UnknownName suggests the nearest names, or lists those that match.
    """
    known = con.execute(statement("schema/registered.sql")).fetchall()
    for wanted, column in ((text, 0), (text, 1), (_real(text), 2)):
        for row in known:
            if row[column] == wanted:
                return str(row[0])
    names = {row[1]: str(row[0]) for row in known}
    if in_part and (found := matching_names(text, names)):
        if len(found) > 1:
            raise UnknownName(f"{text!r} matches several projects.", one_of(found))
        return names[found[0]]
    near = get_close_matches(text, names, n=3, cutoff=0.6)
    listed = f"`{command('projects')}` lists what is registered."
    hint = did_you_mean(near, listed if known else none_registered())
    raise UnknownName(f"No project is named {text!r}.", hint)


def _real(text: str) -> str:
    """The path that a text is; empty for none, as for a name where there is no current folder."""
    try:
        # An empty name names nothing; as a path it would be the current folder.
        return os.path.realpath(os.path.expanduser(text)) if text else ""
    except OSError:
        return ""
