"""The relations every question is asked of, so that none needs to know what rollups hold.

Each is a ``.sql`` file in this folder: a temporary view or table macro, created on a connection
when the first statement on it uses one. Macros take one struct `q`, the query; its fields are

- `since`, `until`: first and last day, null when open;
- `since_at`: the moment from which on, otherwise null; then nothing stored may be used;
- `kind`: 'skill', 'agent' or 'all'; `name`: of one skill or agent, otherwise null;
- `trigger`: of uses started in one way, otherwise null; then nothing stored may be used;
- `source`: of uses from one source, otherwise null; then nothing stored may be used;
- `by_source`: whether periods are told apart by source; then nothing stored may be used;
- `projects`: ids, null for every project; `first_project`, `last_project`: their bounds;
- `together`: all projects as one group, '*', which is how all active ones are stored;
- `groups`, `first_group`, `last_group`: the same of what is stored;
- `grain`: of the periods, and of nothing else;
- `horizon`: later rows do not count yet;
- `watermark`: buckets that start before it are stored and current; the rest come from the rows.

A relation that is a folder is defined in the way that fits the query: mostly nothing is stale, and
planning a union with rows that nobody needs takes longer than most answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal
from weakref import WeakKeyDictionary

from aggregator.archive import holds_anything
from schema.statements import steps
from schema.warehouse import Connection

Basis = Literal["stored", "measured", "both"]
"""What a relation takes its numbers from."""

_ASKED = ("invocations", "of_query", "asked")
_NEEDS: dict[str, tuple[str, ...]] = {
    "invocations": (),
    "asked": ("invocations", "of_query"),
    "recorded": ("invocations", "of_query"),
    "in_sessions": ("of_query",),
    "periods/stored": ("stored_periods",),
    "periods/measured": (*_ASKED, "measured_periods"),
    "periods/both": (*_ASKED, "stored_periods", "measured_periods"),
    "breakdowns/stored": ("stored_breakdowns",),
    "breakdowns/measured": (*_ASKED, "measured_breakdowns"),
    "breakdowns/both": (*_ASKED, "stored_breakdowns", "measured_breakdowns"),
    "repeated_sessions/stored": (),
    "repeated_sessions/both": _ASKED,
}
"""What each relation that statements name is made of, in the order of creation."""

_USE = re.compile(
    r"\b(?:from|join)\s+(invocations|asked|recorded|in_sessions|periods|breakdowns|repeated_sessions)\b"
)
_created: WeakKeyDictionary[Connection, dict[str, str]] = WeakKeyDictionary()


def create_relations(con: Connection, text: str, bases: Mapping[str, Basis]) -> None:
    """Create the relations that a statement uses, unless this connection has them already.

    ``bases`` says of each relation that is a folder which of its files to use.
    """
    created = _created.setdefault(con, {})
    for relation in _used(text):
        path = f"{relation}/{bases[relation]}" if relation in bases else relation
        if created.get(relation) == path:
            continue
        for needed in (*_NEEDS[path], path):
            if created.get(needed.partition("/")[0]) != needed:
                create(con, needed)
                created[needed.partition("/")[0]] = needed


def create(con: Connection, path: str) -> None:
    """Create one relation again; those it is made of must be there."""
    if path == "invocations" and holds_anything(con):
        path = "invocations_with_archive"
    for step in steps(f"aggregator/relations/{path}.sql"):
        con.execute(step).fetchall()


@cache
def _used(text: str) -> tuple[str, ...]:
    """The relations that a statement uses."""
    return tuple(dict.fromkeys(_USE.findall(text)))
