"""Opening the warehouse: who may, how long to wait, and what is done to the file before use.

DuckDB lets one process write or many read. A reader opens the file read-only for as long as it
needs; a writer works in memory first and attaches the file only for the moment it needs it. Whoever
finds the file locked waits, bounded, and then names the process that has it. A writer takes a lock
that has new readers back off (`schema.writer_lock`); one that waits for a reader that stays writes
to a copy and swaps the files (`schema.copy_and_swap`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schema import connection, copy_and_swap, machine_zone, spelling, writer_lock
from schema.connection import attach
from schema.error_translation import damaged, translate_errors
from schema.errors import UsageError, WarehouseBusy
from schema.file_access import make_folder, make_private, private_files
from schema.frozen import dataclass
from schema.places import spill_of
from schema.pool import pooled_connection
from schema.statements import statement
from schema.stored_settings import ZONE_SETTING, stored_setting
from schema.upgrade import latest_version, migrate, schema_version
from schema.warehouse_file import WarehouseFile
from schema.zones import UnknownZone, check_zone

Connection = connection.Connection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Warehouse(WarehouseFile):
    """A warehouse to be read and written; nothing is held open."""

    def zone_of_new(self) -> str:
        """The reporting zone of a new file; ``note`` hears where this machine has none."""
        if self.timezone is not None:
            return self.timezone
        found = machine_zone.machine_zone()
        if found is None:
            self.note(
                "This machine's clock does not match a known time zone: days are those of"
                f" UTC. To change it: {spelling.command('aggregate', timezone='Europe/Berlin')}"
            )
        return found or machine_zone.FALLBACK

    @contextmanager
    def reading(self, *, beside: Connection | None = None) -> Iterator[Connection]:
        """A read-only connection.

        A file of an older schema is upgraded first. ``beside``: a staging connection that has no
        file attached, whose engine is used; making another takes 20 ms of processor time. Raises
        WarehouseMissing where there is no file, and the WarehouseError that fits.
        """
        self.expect()
        with self._reader(beside) as con, translate_errors(self.path):
            self._attach_to_read(con)
            if schema_version(con, self.path) < latest_version():
                self._detach(con)
                with self.writing():
                    pass
                self._attach_to_read(con)
            yield con

    @contextmanager
    def _reader(self, beside: Connection | None) -> Iterator[Connection]:
        if beside is None:
            with pooled_connection(spill_of(self.path.parent)) as con:
                yield con
            return
        with beside.cursor() as con:
            try:
                yield con
            finally:
                self._detach(con)

    def _attach_to_read(self, con: Connection) -> None:
        back_off_until = time.monotonic() + min(writer_lock.BACK_OFF_S, self.read_wait_s)
        attach(
            con,
            self.path,
            "warehouse",
            wait_s=self.read_wait_s,
            read_only=True,
            while_waiting=self.while_waiting,
            before=lambda: writer_lock.back_off(self.path, back_off_until, self.while_waiting),
        )
        con.execute("use warehouse")

    @contextmanager
    def writing(self, *, long_running: bool = False) -> Iterator[Connection]:
        """A connection that may write, for one piece of work; makes the file if need be.

        With ``long_running`` a large file is written as a copy, so that readers need not wait.
        """
        with self.staging_connection() as con, self.attached(con, long_running=long_running):
            yield con

    @contextmanager
    def attached(self, con: Connection, *, long_running: bool = False) -> Iterator[Connection]:
        """The file attached to ``con`` for writing, and in use, until the block ends.

        Made private and brought to today's schema first; a copy is kept before an upgrade. A file
        that is not ours is left exactly as it was.
        """
        with private_files():
            if not self.exists():
                make_folder(self.path)
            # Errors of detaching are translated as well: that is when the file itself is written.
            with (
                writer_lock.hold(self.path, self.write_wait_s, self.while_waiting) as lock,
                self._place(con, lock, long_running) as place,
                translate_errors(self.path),
            ):
                try:
                    self._expect_whole(con, place)
                    version = schema_version(con, self.path)
                    make_private(place)
                    if 0 < version < latest_version():
                        self._detach(con)
                        self._keep_copy(version)
                        self._attach(con, place, self.write_wait_s)
                    for repair in migrate(con, self.zone_of_new):
                        self.note(repair)
                    yield con
                finally:
                    self._detach(con)

    @contextmanager
    def _place(
        self, con: Connection, lock: writer_lock.WriterLock, long_running: bool
    ) -> Iterator[Path]:
        """The file attached to ``con``; or a copy, where readers would wait long or do not leave.

        A copy needs the writer lock. On account of readers it is taken only after ``copy_after_s``,
        by a writer that would wait so long.
        """
        if lock.is_held:
            copy_and_swap.clear(self.path)
        with ExitStack() as stack:
            yield self._attach_for_writing(con, lock, long_running, stack)

    def _attach_for_writing(
        self, con: Connection, lock: writer_lock.WriterLock, long_running: bool, stack: ExitStack
    ) -> Path:
        """Attach the file or a copy; ``stack``, when closed, puts the copy in the file's place."""
        if lock.is_held and long_running and copy_and_swap.is_worth_it(self.path):
            with suppress(WarehouseBusy):
                return self._attach_copy(con, lock, stack)
        wait_s = self.write_wait_s
        if lock.is_held and wait_s >= self.copy_after_s:
            with suppress(WarehouseBusy):
                return self._attach(con, self.path, self.copy_after_s)
            with suppress(WarehouseBusy):
                return self._attach_copy(con, lock, stack)
            wait_s -= self.copy_after_s
        return self._attach(con, self.path, wait_s)

    def _attach_copy(self, con: Connection, lock: writer_lock.WriterLock, stack: ExitStack) -> Path:
        lock.admit_readers()
        try:
            return self._attach(con, stack.enter_context(copy_and_swap.copied(self.path)), 0)
        except BaseException:
            lock.hold_readers_back()
            raise

    def _attach(self, con: Connection, place: Path, wait_s: float) -> Path:
        attach(
            con,
            place,
            "warehouse",
            wait_s=wait_s,
            display_path=self.path,
            while_waiting=self.while_waiting,
        )
        con.execute("use warehouse")
        return place

    def _expect_whole(self, con: Connection, place: Path) -> None:
        """WarehouseDamaged for a file with fewer bytes than its blocks in use have.

        DuckDB reads blocks when they are needed, so it would write into such a file first. Free
        blocks at the end need not be there.
        """
        [(blocks, block_bytes)] = con.execute(statement("schema/used_blocks.sql")).fetchall()
        if place.stat().st_size < blocks * block_bytes:
            raise damaged(self.path)

    @staticmethod
    def _detach(con: Connection) -> None:
        con.execute("use memory")
        con.execute("detach database if exists warehouse")

    def _keep_copy(self, version: int) -> None:
        # Imported here: an upgrade is rare.
        from schema.backups import before_upgrade

        before_upgrade(self, version + 1, now=now_utc())


def reporting_zone(con: Connection) -> str:
    """The zone in which days, weeks and months are cut, as the file records it.

    Raises UsageError where that is not a zone of the database.
    """
    zone = stored_zone(con)
    try:
        return check_zone(zone)
    except UnknownZone:
        raise UsageError(
            f"The warehouse's reporting zone {zone!r} is not a time zone skillhouse knows.",
            f"Choose another: {spelling.command('aggregate', timezone='Europe/Berlin')}",
        ) from None


def stored_zone(con: Connection) -> str:
    """The reporting zone as the file names it, even where that is not a zone we know."""
    zone = stored_setting(con, ZONE_SETTING)
    assert zone is not None
    return zone


def now_utc() -> datetime:
    """The present instant. The one clock of the product, so that it can be given instead."""
    return datetime.now(UTC)


def micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware ``instant``."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(microseconds: int) -> datetime:
    """The instant, in UTC, that many microseconds after the start of 1970.

    Instants leave DuckDB as such numbers: fetching them as objects would need another library.
    """
    return _EPOCH + microseconds * _MICROSECOND
