"""A pool of this process's DuckDB engines, each used by one caller at a time and then again.

Making an engine means registering some thousands of functions, which takes 20 ms of processor time:
longer than most queries, and more than reading and writing take when a run finds nothing new.
Attaching a file to an engine takes 2 ms. So an engine is in memory, files are attached and
detached, and nothing is left for the next caller: no files, temporary tables or settings.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.engine import duckdb
from schema.statements import statement

Connection = duckdb.DuckDBPyConnection

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_KEPT = 2
"""How many idle engines are kept: one reader and one writer at once are common."""

_CHANGED = ("memory_limit", "checkpoint_threshold", "max_vacuum_tasks")
"""Settings of a whole engine that callers may change; all others end with the connection. They are
reset for the next caller, as most commands are the only one and resetting takes 2 ms."""

_idle: list[Connection] = []


@contextmanager
def pooled_connection(temp_dir: Path) -> Iterator[Connection]:
    """A connection in UTC to an engine of its own; ``temp_dir`` takes what memory does not.

    After an error an engine may be in any state, so it is closed.
    """
    engine = _taken() or _new_engine()
    try:
        engine.execute("set temp_directory = $folder", {"folder": str(temp_dir)})
        con = engine.cursor()
        yield con
        con.close()
    except BaseException:
        engine.close()
        raise
    if len(_idle) < _KEPT and _put_back(engine):
        _idle.append(engine)
    else:
        engine.close()


def _new_engine() -> Connection:
    engine = duckdb.connect(":memory:", config=CONFIG)
    engine.execute("set global TimeZone = 'UTC'")
    return engine


def _taken() -> Connection | None:
    """An idle engine as if it were new; None without one."""
    try:
        engine = _idle.pop()
    except IndexError:
        return None
    try:
        for setting in _CHANGED:
            engine.execute(f"reset {setting}")
    except duckdb.Error:
        engine.close()
        return None
    return engine


def _put_back(engine: Connection) -> bool:
    """Let go of all files; False where that is impossible.

    A temporary folder that was used cannot be reset: it would stay as long as the engine.
    """
    try:
        attached = engine.execute(statement("schema/attached.sql")).fetchall()
        for (name,) in attached:
            engine.execute(f'detach "{name}"')
        engine.execute("reset temp_directory")
    except duckdb.Error:
        return False
    return True


def close_pool() -> None:
    """Close the idle engines."""
    while _idle:
        _idle.pop().close()


atexit.register(close_pool)
