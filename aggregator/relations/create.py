"""The relations every question is asked of, so that none needs to know what rollups hold.

Each is a ``.sql`` file in ``aggregator/relations/``: a temporary view or table macro, created on a
connection when the first statement on it uses one. Macros take one struct `q`, the query; its
fields are those of ``query_values``:

- `since`, `until`: first and last day, null when open;
- `kind`: 'skill', 'agent' or 'all'; `name`: of one skill or agent, else null;
- `projects`: ids; `everything`: there are no other projects;
- `together`: all active projects as one group, '*', which is how they are stored;
- `grain`: 'daily', 'weekly' or 'monthly', for `periods`;
- `bucket`, `bucket_start`: the stored bucket that is the span exactly, else null;
- `horizon`: later rows do not count yet;
- `watermark`: buckets that start before it are stored and current; the rest come from the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from weakref import WeakKeyDictionary

from aggregator.archive import holds_anything
from schema.statements import steps
from schema.warehouse import Connection

_NEEDS = {
    "invocations": (),
    "of_query": ("invocations",),
    "asked": ("of_query",),
    "recorded": ("of_query",),
    "periods": ("asked",),
    "repeated_sessions": ("asked",),
    "breakdowns": ("asked",),
    "totals": ("periods",),
}
"""Each relation, and those it is made of."""

_USE = re.compile(rf"\b(?:from|join)\s+({'|'.join(_NEEDS)})\b")
_created: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()


def create_relations(con: Connection, text: str) -> None:
    """Create the relations that a statement uses and this connection does not have yet."""
    created = _created.setdefault(con, set())
    for name in _used(text):
        if name not in created:
            create(con, name)
            created.add(name)


def create(con: Connection, name: str) -> None:
    """Create one relation anew; those it is made of must be there."""
    file = name
    if name == "invocations" and holds_anything(con):
        file = "invocations_with_archive"
    for step in steps(f"aggregator/relations/{file}.sql"):
        con.execute(step).fetchall()


@cache
def _used(text: str) -> tuple[str, ...]:
    """The relations that a statement uses, each after those it is made of."""
    return tuple(dict.fromkeys(each for name in _USE.findall(text) for each in _with_needs(name)))


def _with_needs(name: str) -> Iterator[str]:
    for needed in _NEEDS[name]:
        yield from _with_needs(needed)
    yield name
