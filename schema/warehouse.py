"""Opening the warehouse: who may, how long to wait, and what is done to the file before use.

DuckDB lets one process write or many read. A reader opens the file read-only for as long as it
asks; a writer works in memory first and attaches the file only for the moment it needs it. Whoever
finds the file held waits, bounded, and then says who holds it. A writer that waits shuts a gate, so
that readers who come and go let it in (`schema.gate`); one that waits for a reader who stays writes
to a copy that takes the file's place (`schema.aside`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from schema import aside, engines, gate, machine_zone
from schema.errors import (
    NotAWarehouse,
    UsageError,
    WarehouseBusy,
    WarehouseDenied,
    WarehouseNewer,
)
from schema.faults import denied, in_its_place, missing, not_ours, told, translated
from schema.places import spill_of
from schema.statements import statement
from schema.zones import UnknownZone, check_zone

MIGRATIONS = (
    "0001_initial",
    "0002_what_adds_up",
    "0003_ledger",
    "0004_retention",
    "0005_stores",
    "0006_baselines",
    "0007_records",
    "0008_local_times",
    "0009_shared_rows",
)
READ_WAIT_S = 10.0
WRITE_WAIT_S = 60.0

# A file in the older storage format costs nothing and can still be read by DuckDB 1.5.
_STORAGE_VERSION = "v1.5.0"
NO_CHECKPOINT = "1 TiB"
"""More than a log ever holds: only letting go of a file writes what is in its log into it."""

Connection = engines.Connection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _go_on() -> None:
    """What is to be done while waiting: nothing."""


def _keep_quiet(note: str) -> None:
    """Nobody is there to be told."""


@dataclass(frozen=True)
class Warehouse:
    """A warehouse's place and its manners; it holds nothing open.

    ``timezone`` is the reporting zone a new file gets; where it is None this machine's, or UTC
    where that has no name that can be relied on. ``note`` is told what a person should know.
    ``read_wait_s`` and ``write_wait_s`` bound how long an open waits for another process,
    ``aside_after_s`` how long a writer waits for readers before it writes to a copy.
    ``while_waiting`` is called again and again meanwhile, and may raise to wait no longer.
    """

    path: Path
    timezone: str | None = "UTC"
    read_wait_s: float = READ_WAIT_S
    write_wait_s: float = WRITE_WAIT_S
    while_waiting: Callable[[], None] = field(default=_go_on, repr=False)
    aside_after_s: float = aside.ASIDE_AFTER_S
    note: Callable[[str], None] = field(default=_keep_quiet, repr=False)

    def zone_of_new(self) -> str:
        """The reporting zone of a new file; ``note`` is told where this machine has none."""
        if self.timezone is not None:
            return self.timezone
        found = machine_zone.machine_zone()
        if found is None:
            self.note(
                "This machine's clock has no time zone name skillhouse can rely on: days are cut in"
                " UTC. Another zone: skillhouse aggregate --timezone Europe/Berlin"
            )
        return found or machine_zone.FALLBACK

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
        _expect_path_for_duckdb(self.path)
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            _expect_home(self.path)
            return False
        except OSError as exc:
            raise denied(self.path, exc) from exc
        if (what := in_its_place(found)) is not None:
            raise NotAWarehouse(
                f"{self.path} is {what}, not a warehouse.",
                "Name a warehouse with --warehouse. Nothing was changed.",
            )
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection.

        A file of an older schema is upgraded first. Raises WarehouseMissing where there is no file,
        and the WarehouseError that fits.
        """
        self.expect()
        with engines.lent(spill_of(self.path.parent)) as con, told(self.path):
            self._attach_to_read(con)
            if _schema_version(con, self.path) < len(MIGRATIONS):
                self._detach(con)
                with self.writing():
                    pass
                self._attach_to_read(con)
            yield con

    def _attach_to_read(self, con: Connection) -> None:
        give_way_until = time.monotonic() + min(gate.GIVE_WAY_S, self.read_wait_s)
        attach(
            con,
            self.path,
            "warehouse",
            wait_s=self.read_wait_s,
            read_only=True,
            while_waiting=self.while_waiting,
            before=lambda: gate.give_way(self.path, give_way_until, self.while_waiting),
        )
        con.execute("use warehouse")

    @contextmanager
    def writing(self, *, at_length: bool = False) -> Iterator[Connection]:
        """A connection that may write, for one piece of work; makes the file if need be.

        Work ``at_length`` on a large file is done on a copy, so that readers need not wait for it.
        """
        with self.workshop() as con, self.attached(con, at_length=at_length):
            yield con

    @contextmanager
    def workshop(self) -> Iterator[Connection]:
        """A connection in memory on which rows are prepared while nobody is kept waiting."""
        with engines.lent(spill_of(self.path.parent)) as con:
            # Rows that are merged and dropped within seconds are not worth being compressed in
            # between, which DuckDB would do in memory as well. The file is checkpointed when it is
            # let go.
            con.execute(f"set checkpoint_threshold = '{NO_CHECKPOINT}'")
            yield con

    @contextmanager
    def attached(self, con: Connection, *, at_length: bool = False) -> Iterator[Connection]:
        """The file attached to ``con`` for writing, and in use, until the block ends.

        Made private and brought to today's schema first; a copy is kept before an upgrade. A file
        that is not ours is left exactly as it was.
        """
        with private_files():
            if not self.exists():
                make_folder(self.path)
            # Told of the detaching as well: that is when the file itself is written.
            with (
                gate.shut(self.path, self.write_wait_s, self.while_waiting) as kept,
                self._place(con, kept, at_length) as place,
                told(self.path),
            ):
                try:
                    version = _schema_version(con, self.path)
                    _make_private(place)
                    if 0 < version < len(MIGRATIONS):
                        self._detach(con)
                        self._keep_copy(version)
                        self._attach(con, place, self.write_wait_s)
                    for repair in _migrate(con, self.zone_of_new):
                        self.note(repair)
                    yield con
                finally:
                    self._detach(con)

    @contextmanager
    def _place(self, con: Connection, kept: gate.Gate, at_length: bool) -> Iterator[Path]:
        """The file attached to ``con``; or a copy of it, where readers would wait, or do not leave.

        Only who keeps the gate may take a copy, and only who is willing to wait as long as
        ``aside_after_s`` does so on account of readers.
        """
        if kept.is_there:
            aside.clear(self.path)
        with ExitStack() as stack:
            yield self._chosen(con, kept, at_length, stack)

    def _chosen(self, con: Connection, kept: gate.Gate, at_length: bool, stack: ExitStack) -> Path:
        """What is attached to ``con``; ``stack`` puts a copy in its place when it is closed."""
        if kept.is_there and at_length and aside.is_worth_it(self.path):
            with suppress(WarehouseBusy):
                return self._attach_copy(con, kept, stack)
        wait_s = self.write_wait_s
        if kept.is_there and wait_s >= self.aside_after_s:
            with suppress(WarehouseBusy):
                return self._attach(con, self.path, self.aside_after_s)
            with suppress(WarehouseBusy):
                return self._attach_copy(con, kept, stack)
            wait_s -= self.aside_after_s
        return self._attach(con, self.path, wait_s)

    def _attach_copy(self, con: Connection, kept: gate.Gate, stack: ExitStack) -> Path:
        kept.let_readers_pass()
        try:
            return self._attach(con, stack.enter_context(aside.copied(self.path)), 0)
        except BaseException:
            kept.stop_readers()
            raise

    def _attach(self, con: Connection, place: Path, wait_s: float) -> Path:
        attach(
            con,
            place,
            "warehouse",
            wait_s=wait_s,
            told_as=self.path,
            while_waiting=self.while_waiting,
        )
        con.execute("use warehouse")
        return place

    @staticmethod
    def _detach(con: Connection) -> None:
        con.execute("use memory")
        con.execute("detach database if exists warehouse")

    def _keep_copy(self, version: int) -> None:
        # Imported here: an upgrade is rare, and what makes copies rests on this module.
        from schema.backups import before_upgrade

        before_upgrade(self, version + 1, now=now_utc())


@contextmanager
def in_memory(timezone: str = "UTC") -> Iterator[Connection]:
    """An empty warehouse in memory, of today's schema. Nothing is spilled."""
    with engines.lent(Path()) as con:
        con.execute("attach ':memory:' as warehouse")
        con.execute("use warehouse")
        _migrate(con, lambda: timezone)
        yield con


def attach(
    con: Connection,
    path: Path,
    name: str,
    *,
    wait_s: float,
    read_only: bool = False,
    told_as: Path | None = None,
    while_waiting: Callable[[], None] = _go_on,
    before: Callable[[], None] = _go_on,
) -> None:
    """Attach a file to ``con`` under a name; for writing it is made, where there is none.

    ``before`` is called before each try.
    Raises the WarehouseError that fits, of the file ``told_as`` where ``path`` is only a draft.
    """
    _expect_path_for_duckdb(told_as or path)
    # `attach` takes no parameter for the file's name, so the name is quoted here.
    quoted = str(path).replace("'", "''")
    manner = "read_only" if read_only else f"storage_version '{_STORAGE_VERSION}'"
    # Without the type, DuckDB would open another program's database where it can.
    order = f"attach '{quoted}' as {name} (type duckdb, {manner})"

    def attempt() -> None:
        before()
        con.execute(order)

    _patiently(attempt, told_as or path, wait_s, while_waiting)


def version_of(con: Connection, name: str, path: Path) -> int:
    """The schema version of the file that is attached under a name; 0 for an empty one.

    Raises WarehouseNewer for a file from the future and NotAWarehouse for another program's.
    """
    con.execute(f"use {name}")
    try:
        return _schema_version(con, path)
    finally:
        con.execute("use memory")


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


def reporting_zone(con: Connection) -> str:
    """The zone in which days, weeks and months are cut, as the file records it.

    Raises UsageError where that is no zone of the database.
    """
    zone = stored_zone(con)
    try:
        return check_zone(zone)
    except UnknownZone:
        raise UsageError(
            f"The warehouse's reporting zone {zone!r} is not a time zone skillhouse knows.",
            "Choose another: skillhouse aggregate --timezone Europe/Berlin",
        ) from None


def stored_zone(con: Connection) -> str:
    """The reporting zone as the file names it, even where that is no zone we know."""
    [(zone,)] = con.execute("select value from settings where key = 'timezone'").fetchall()
    return str(zone)


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


def _migrate(con: Connection, timezone: Callable[[], str]) -> list[str]:
    """Take the steps not yet taken, each with its record in one transaction.

    Returns what was repaired on the way, in words.
    """
    repaired: list[str] = []
    taken = _schema_version(con, None)
    for number, name in enumerate(MIGRATIONS[taken:], start=taken + 1):
        with transaction(con):
            if number == 1:
                con.execute(
                    "create table schema_migrations"
                    " (version integer primary key, name varchar not null, applied_at timestamptz)"
                )
            con.execute(statement(f"schema/migrations/{name}.sql"))
            if name == "0008_local_times":
                # Imported here: an upgrade is rare.
                from schema.local_times import fill

                repaired += fill(con)
            if number == 1:
                con.execute("insert into settings values ('timezone', $zone)", {"zone": timezone()})
            con.execute(
                "insert into schema_migrations values ($version, $name, now())",
                {"version": number, "name": name},
            )
    return repaired


def _schema_version(con: Connection, path: Path | None) -> int:
    """The last step taken; 0 for an empty file.

    Raises WarehouseNewer for a file from the future and NotAWarehouse for another program's.
    """
    try:
        # Listing the tables first would read them all in: it takes longer than many an answer.
        [(latest,)] = con.execute("select max(version) from schema_migrations").fetchall()
    except duckdb.CatalogException:
        if path is not None and _holds_anything(con):
            raise not_ours(path) from None
        return 0
    version = int(latest or 0)
    if version > len(MIGRATIONS) and path is not None:
        raise WarehouseNewer(
            f"{path} has schema version {version}; this program knows up to {len(MIGRATIONS)}.",
            "Upgrade skillhouse, or name another file with --warehouse. Nothing was changed.",
        )
    return version


def _holds_anything(con: Connection) -> bool:
    """Whether there is any table or view in the database in use."""
    [(count,)] = con.execute(
        "select (select count(*) from duckdb_tables() where database_name = current_database())"
        " + (select count(*) from duckdb_views()"
        " where database_name = current_database() and not internal)"
    ).fetchall()
    return bool(count)


def _patiently(
    action: Callable[[], None], path: Path, wait_s: float, while_waiting: Callable[[], None]
) -> None:
    """Do ``action``, tried again while another process holds the file."""
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


@contextmanager
def private_files() -> Iterator[None]:
    """Whatever is created meanwhile, the log beside the file included, is the owner's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _expect_path_for_duckdb(path: Path) -> None:
    """NotAWarehouse for a path that DuckDB does not take as it is.

    It reads a backslash as a slash, and looks for the log of a file before the first question mark.
    """
    for character in "\\?":
        if character in str(path) or character in os.path.realpath(path):
            raise NotAWarehouse(
                f"The path {path} contains '{character}', which DuckDB does not take as it is.",
                "Name a warehouse without it: --warehouse PATH. Nothing was changed.",
            )


def _expect_home(path: Path) -> None:
    """See that a home folder the file would lie in is there: one that is not is not ours to make.

    It may not be mounted yet, and an empty warehouse below it would pass for the real one.
    """
    home = Path(os.path.expanduser("~"))
    if home in path.parents and not home.is_dir():
        raise WarehouseDenied(
            f"Your home folder {home} is not there.",
            "Mount it or check HOME, or name a warehouse elsewhere with --warehouse.",
        )


def make_folder(path: Path) -> None:
    """See that the file's folder is there, 0700 where we make it."""
    _expect_home(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise denied(path, exc) from exc


def _make_private(path: Path) -> None:
    """See that the file is 0600.

    By name, never by opening it: closing any descriptor of a file drops this process's locks on it.
    """
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as exc:
        raise denied(path, exc) from exc
