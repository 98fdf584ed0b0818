"""Which of the skills and agents that were ever used a person means by a name."""

from __future__ import annotations

from schema.errors import UnknownName
from schema.names import did_you_mean, matching_names, one_of
from schema.spelling import command
from schema.statements import statement
from schema.warehouse import Connection


def _nearest(con: Connection, name: str) -> list[str]:
    """Names of skills and agents that look like ``name``."""
    from difflib import get_close_matches

    names = [each for each in _all_names(con) if len(each) <= 200]
    return get_close_matches(name, names, n=3, cutoff=0.6)


def unknown_name(con: Connection, name: str) -> UnknownName:
    """The error for a name that the selected projects never used: with others that did, or near."""
    if name in _all_names(con):
        return UnknownName(
            f"{name!r} has no uses in the selected projects, or not of this kind.",
            "Select other projects or the other kind, or include unregistered projects.",
        )
    hint = did_you_mean(_nearest(con, name), f"List them: `{command('top-skills')}`")
    return UnknownName(f"No skill or agent is named {name!r}.", hint)


def full_name(con: Connection, text: str) -> str:
    """The skill or agent that ``text`` means: its name, or a unique part of it, in any case.

    The text itself if there is none. UnknownName lists those that match.
    """
    found = matching_names(text, _all_names(con))
    if len(found) > 1:
        raise UnknownName(f"{text!r} matches several skills and agents.", one_of(found))
    return found[0] if found else text


def _all_names(con: Connection) -> list[str]:
    rows = con.execute(statement("aggregator/reports/all_names.sql")).fetchall()
    return [str(name) for (name,) in rows]
