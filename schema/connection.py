"""Connections to DuckDB: attaching a file that other processes may hold, and transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schema import pool
from schema.engine import duckdb
from schema.error_translation import translated
from schema.errors import WarehouseBusy
from schema.file_access import expect_path_for_duckdb

# A file in the older storage format costs nothing and can still be read by DuckDB 1.5.
_STORAGE_VERSION = "v1.5.0"
NO_CHECKPOINT = "1 TiB"
"""More than a log ever holds, so that its content is written into the file only at detaching."""

Connection = pool.Connection


def do_nothing() -> None:
    """What is done while waiting, unless something else is given."""


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """All of the block's writes, or none of them."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def attach(
    con: Connection,
    path: Path,
    name: str,
    *,
    wait_s: float,
    read_only: bool = False,
    display_path: Path | None = None,
    while_waiting: Callable[[], None] = do_nothing,
    before: Callable[[], None] = do_nothing,
) -> None:
    """Attach a file to ``con`` under a name; for writing it is created if need be.

    ``before`` is called before each try.
    Raises the WarehouseError that fits, naming ``display_path`` where ``path`` is only a draft.
    """
    expect_path_for_duckdb(display_path or path)
    # `attach` takes no parameter for the file's name, so the name is quoted here.
    quoted = str(path).replace("'", "''")
    manner = "read_only" if read_only else f"storage_version '{_STORAGE_VERSION}'"
    # Without the type, DuckDB would open another program's database where it can.
    order = f"attach '{quoted}' as {name} (type duckdb, {manner})"

    def attempt() -> None:
        before()
        con.execute(order)

    _retry_while_busy(attempt, display_path or path, wait_s, while_waiting)


def _retry_while_busy(
    action: Callable[[], None], path: Path, wait_s: float, while_waiting: Callable[[], None]
) -> None:
    """Do ``action``, again and again for ``wait_s`` while another process holds the file."""
    give_up_at = time.monotonic() + wait_s
    pause_s = 0.005
    while True:
        try:
            action()
            return
        except duckdb.Error as exc:
            error = translated(exc, path)
            if not isinstance(error, WarehouseBusy) or time.monotonic() >= give_up_at:
                raise error or exc from exc
        while_waiting()
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.2)
