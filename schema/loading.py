"""Storing many rows so that each is written once; docs/decisions/0019 says why and how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from schema.connection import NO_CHECKPOINT, Connection, transaction
from schema.statements import statement

FEW_ROWS = 200_000

_SOON = "1 MiB"


@contextmanager
def loading(con: Connection, *, compacts: bool) -> Iterator[None]:
    """A transaction on a staging connection whose rows are written once.

    The commit writes them into the file: not into its log first, and from there when the file is
    detached. With ``compacts`` it joins row groups that are only partially filled.
    """
    if not compacts:
        join_no_row_groups(con)
    # A killed writer may leave a log that ends within a transaction. DuckDB starts it again when it
    # writes to it; a commit that goes past it leaves it, and the file cannot be opened any more.
    at_once = not _has_log(con)
    with transaction(con):
        yield
        if at_once:
            con.execute(f"set checkpoint_threshold = '{_SOON}'")
    con.execute(f"set checkpoint_threshold = '{NO_CHECKPOINT}'")


def join_no_row_groups(con: Connection) -> None:
    """Let the file's checkpoints write what is new, and nothing a second time.

    Otherwise row groups that are not full are joined, three to two: for a few rows more, up to
    250,000 are written again, while readers wait. With ``FEW_ROWS`` that is soon done, and the file
    stays small by it; with more, somebody else must do it now and then.
    """
    con.execute("set max_vacuum_tasks = 0")


def _has_log(con: Connection) -> bool:
    """Whether there is a log next to the attached file."""
    [(path,)] = con.execute(statement("schema/warehouse_path.sql")).fetchall()
    return os.path.exists(f"{path}.wal")
