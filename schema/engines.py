"""DuckDB engines of this process, lent to one piece of work at a time and used again.

Making an engine means registering some thousands of functions, which takes 20 ms of processor time:
longer than most answers, and more than reading and writing a pass do. Attaching a file to one that
is there takes 2 ms. So an engine is in memory, the files are attached to it and detached again, and
nothing of one piece of work is there for the next: neither files nor temporary tables nor settings.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_KEPT = 2
"""A reader and a writer at once are common; more are not worth their memory."""

_CHANGED = ("temp_directory", "memory_limit", "checkpoint_threshold", "max_vacuum_tasks")
"""The settings of a whole engine that work may change; all others end with its connection."""

_idle: list[Connection] = []


@contextmanager
def lent(spill: Path) -> Iterator[Connection]:
    """A connection in UTC to an engine that nobody else uses; ``spill`` takes what memory does not.

    An engine with which work failed may be in any state, and is let go with all that it holds.
    """
    try:
        engine = _idle.pop()
    except IndexError:
        engine = _made()
    try:
        engine.execute("set temp_directory = $folder", {"folder": str(spill)})
        con = engine.cursor()
        yield con
        con.close()
    except BaseException:
        engine.close()
        raise
    if len(_idle) < _KEPT and _is_as_new(engine):
        _idle.append(engine)
    else:
        engine.close()


def _made() -> Connection:
    engine = duckdb.connect(":memory:", config=CONFIG)
    engine.execute("set global TimeZone = 'UTC'")
    return engine


def _is_as_new(engine: Connection) -> bool:
    """Whether everything could be taken back that the work did, and that outlives its connection.

    A folder for spilling that was used cannot: it would stay there as long as the engine.
    """
    try:
        attached = engine.execute(
            "select database_name from duckdb_databases()"
            " where not internal and database_name <> 'memory'"
        ).fetchall()
        for (name,) in attached:
            engine.execute(f'detach "{name}"')
        for setting in _CHANGED:
            engine.execute(f"reset {setting}")
    except duckdb.Error:
        return False
    return True


def let_go() -> None:
    """End the engines that wait for work; the next one is made anew."""
    while _idle:
        _idle.pop().close()


atexit.register(let_go)
