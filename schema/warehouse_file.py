"""A warehouse's file: where it is, how long to wait for it, and a place to prepare rows for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

from schema.connection import NO_CHECKPOINT, Connection, do_nothing
from schema.copy_and_swap import COPY_AFTER_S
from schema.error_translation import denied, in_its_place, missing
from schema.errors import NotAWarehouse
from schema.file_access import expect_home, expect_path_for_duckdb
from schema.frozen import dataclass
from schema.places import spill_of
from schema.pool import pooled_connection
from schema.spelling import parameter

READ_WAIT_S = 10.0
WRITE_WAIT_S = 60.0


def _ignore(note: str) -> None:
    """What is done with notes, unless something else is given."""


@dataclass(frozen=True)
class WarehouseFile:
    """The path of a warehouse, and how to open it; nothing is held open.

    ``timezone`` is the reporting zone a new file gets; where it is None this machine's, or UTC
    where that has no name that can be relied on. ``note`` gets sentences for a person.
    ``read_wait_s`` and ``write_wait_s`` are how long to wait at most for another process,
    ``copy_after_s`` how long a writer waits for readers before it writes to a copy.
    ``while_waiting`` is called again and again meanwhile; it may raise to stop waiting.
    """

    path: Path
    timezone: str | None = "UTC"
    read_wait_s: float = READ_WAIT_S
    write_wait_s: float = WRITE_WAIT_S
    while_waiting: Callable[[], None] = field(default=do_nothing, repr=False)
    copy_after_s: float = COPY_AFTER_S
    note: Callable[[str], None] = field(default=_ignore, repr=False)

    def expect(self) -> None:
        """Check that there is a warehouse: WarehouseMissing where there is none."""
        if not self.exists():
            raise missing(self.path)

    def exists(self) -> bool:
        """Whether the file is there.

        NotAWarehouse where something else has its name (a folder, another program's file), or where
        DuckDB would open another path than this one; WarehouseDenied when its folder may not be
        looked into.
        """
        expect_path_for_duckdb(self.path)
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            expect_home(self.path)
            return False
        except OSError as exc:
            raise denied(self.path, exc) from exc
        if (what := in_its_place(found)) is not None:
            raise NotAWarehouse(
                f"{self.path} is {what}, not a warehouse.",
                f"Name a warehouse with {parameter('warehouse')}. Nothing was changed.",
            )
        return True

    @contextmanager
    def staging_connection(self) -> Iterator[Connection]:
        """An in-memory connection to prepare rows on, with the file not yet locked."""
        with pooled_connection(spill_of(self.path.parent)) as con:
            # Rows that are merged and dropped within seconds are not worth being compressed in
            # between, which DuckDB would do in memory as well. The file is checkpointed when it is
            # detached.
            con.execute(f"set checkpoint_threshold = '{NO_CHECKPOINT}'")
            yield con
