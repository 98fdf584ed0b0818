"""Time zones: every offset of the product comes from here, on every machine the same.

The zone database is the one of the package ``tzdata``, read directly: neither the system's nor the
one inside DuckDB is ever asked, because two databases differ somewhere always. Python gets a
``ZoneInfo``; DuckDB gets the same offsets as data (`prepare`), for the macros of ``zones.sql``.
"""

from __future__ import annotations

import dataclasses
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schema.errors import UsageError
from schema.frozen import dataclass
from schema.names import did_you_mean
from schema.statements import run_all

if TYPE_CHECKING:
    import duckdb

    from schema.tzif import Steps

VERSION_SETTING = "zones_version"
"""The setting that names the zone database by which a warehouse's times are interpreted."""

_DAY_US = 86_400 * 1_000_000
SLOT_US = 64 * _DAY_US
"""SQL finds a time's slot by its number, and the step of the offset among those of the slot."""

DAYS = 3000
"""So many days, up to tomorrow, have their offset looked up by day; zones.sql knows it, too."""

STEPS_A_SLOT = 4
"""So many steps may begin within a slot; where there are more, slots are halved."""

_FIRST_US = -SLOT_US
_END_US = 7_289_568_000 * 1_000_000
"""The start of 2201: later times are read as the last ones are."""

_NEVER = 2**62
_NOT_A_PLACE = frozenset({"Factory"})
"""Marks that no zone was set."""


class UnknownZone(UsageError):
    """A name that is no time zone."""


@dataclass(frozen=True)
class Database:
    """A zone database in a folder that is laid out like the package ``tzdata``."""

    folder: Path
    version: str
    _zones: dict[str, ZoneInfo] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that is a zone."""
        listed = (self.folder / "zones").read_text(encoding="ascii").split()
        return frozenset(listed) - _NOT_A_PLACE

    @cached_property
    def usual_names(self) -> list[str]:
        """The names that places have today; other names are older ones of the same zones."""
        table = self.folder / "zoneinfo" / "zone.tab"
        lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
        return [line.split("\t")[2] for line in lines if line and not line.startswith("#")]

    def zone(self, name: str) -> ZoneInfo:
        """The zone of that name. Raises UnknownZone."""
        found = self._zones.get(name)
        if found is None:
            self.check(name)
            with (self.folder / "zoneinfo" / name).open("rb") as file:
                found = self._zones[name] = ZoneInfo.from_file(file, key=name)
        return found

    def check(self, name: str) -> str:
        """``name``, where it is a zone. UnknownZone suggests the nearest names."""
        if name in self.names:
            return name
        raise UnknownZone(f"There is no time zone named {name!r}.", _suggestion(name, self.names))

    def content(self, name: str) -> bytes:
        """The file of a zone."""
        return (self.folder / "zoneinfo" / self.check(name)).read_bytes()


def _suggestion(name: str, names: frozenset[str]) -> str:
    from difflib import get_close_matches

    folded = {each.casefold(): each for each in names}
    wanted = name.casefold().removeprefix("posix/").removeprefix("right/")
    near = [folded[each] for each in get_close_matches(wanted, sorted(folded), n=3)]
    return did_you_mean(near, "For example: Europe/Berlin.")


def _packaged() -> Database:
    import tzdata

    return Database(Path(tzdata.__file__).parent, tzdata.IANA_VERSION)


database = _packaged()
"""The one zone database."""


def zone(name: str) -> ZoneInfo:
    """The zone of that name, for Python. Raises UnknownZone."""
    return database.zone(name)


def check_zone(name: str) -> str:
    """``name`` when it is a zone of the database. Raises UnknownZone with what to try instead."""
    return database.check(name)


def zones_version() -> str:
    """The version of the zone database, such as 2026f."""
    return database.version


def prepare(
    con: duckdb.DuckDBPyConnection, names: Sequence[str], *, local: bool = False, many: bool = False
) -> None:
    """Give ``con`` the offsets of the named zones, for the macros of ``zones.sql``.

    A zone's place is its position among ``names``, counted from 1. ``local`` adds what it takes to
    read local times, the macros of ``local_times.sql``; ``many`` makes ready for many times, at
    once a little slower. Raises UnknownZone.
    """
    named = tuple(names)
    by_instant = _lookup(database, named, False)
    first_day = int(time.time()) // 86_400 - DAYS + 2
    values: dict[str, object] = {
        "names": names,
        "zones": len(named),
        "first_us": _FIRST_US,
        "slot_us": by_instant.slot_us,
        "slots": by_instant.slots,
        "starts": by_instant.starts,
        "offsets": by_instant.offsets,
        "first_day": first_day,
        "days": _days(database, named, False, first_day) if many else None,
    }
    run_all(con, "schema/zones.sql", values)
    if local:
        by_clock = _lookup(database, named, True)
        values = {
            "slot_us": by_clock.slot_us,
            "slots": by_clock.slots,
            "starts": by_clock.starts,
            "offsets": by_clock.offsets,
            "bases": by_clock.bases,
            "days": _days(database, named, True, first_day) if many else None,
        }
        run_all(con, "schema/local_times.sql", values)


@cache
def _steps(source: Database, name: str) -> tuple[Steps, Steps]:
    """A zone's steps by instant and by local time."""
    from schema.tzif import local_steps, read_steps

    instants = read_steps(source.content(name))
    return instants, local_steps(instants)


@dataclasses.dataclass
class _Lookup:
    """The steps of several zones, one after the other, and the slots of each.

    A slot holds the number of the step it begins in, counted from 1; with a minus where no other
    step begins within it.
    """

    slot_us: int
    slots: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)


@lru_cache(maxsize=16)
def _lookup(source: Database, names: tuple[str, ...], local: bool) -> _Lookup:
    zones = [_steps(source, name)[local] for name in names]
    slot_us = SLOT_US
    while any(_steps_in_a_slot(each, slot_us) > STEPS_A_SLOT for each in zones):
        slot_us //= 2
    made = _Lookup(slot_us)
    for each in zones:
        base = len(made.starts) + 1
        step = 0
        for start in range(_FIRST_US, _END_US, slot_us):
            while step + 1 < len(each.starts) and each.starts[step + 1] <= start:
                step += 1
            changes = step + 1 < len(each.starts) and each.starts[step + 1] < start + slot_us
            made.slots.append(base + step if changes else -(base + step))
        # What is looked at after the last step of a zone must not be the next zone's.
        made.starts += each.starts + [_NEVER] * STEPS_A_SLOT
        made.offsets += each.offsets + [0] * STEPS_A_SLOT
        made.bases += each.bases + [""] * STEPS_A_SLOT
    return made


@lru_cache(maxsize=16)
def _days(
    source: Database, names: tuple[str, ...], local: bool, first_day: int
) -> list[int | None]:
    """The offset on each of `DAYS` days, zone after zone; None where it takes a search.

    That is where the offset changes within the day, or where a local time is skipped or repeated.
    """
    made: list[int | None] = []
    for name in names:
        steps = _steps(source, name)[local]
        for start in range(first_day * _DAY_US, (first_day + DAYS) * _DAY_US, _DAY_US):
            step = bisect_right(steps.starts, start) - 1
            is_last = bisect_right(steps.starts, start + _DAY_US - 1, step) - 1 == step
            is_plain = is_last and steps.bases[step] == "local"
            made.append(steps.offsets[step] if is_plain else None)
    return made


def _steps_in_a_slot(steps: Steps, slot_us: int) -> int:
    """How many steps begin within a slot, at most."""
    slots = Counter((start - _FIRST_US) // slot_us for start in steps.starts[1:])
    return max(slots.values(), default=0)
