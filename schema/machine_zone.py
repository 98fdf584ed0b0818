"""This machine's time zone: a name, but only one that agrees with what its clock shows.

Writers of metrics put down the time of the machine's clock, so the C library's own idea of it
decides, and never a setting that may be stale. Names are only candidates for it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from schema import zones
from schema.errors import UsageError
from schema.spelling import parameter

FALLBACK = "UTC"

_LINK = Path("/etc/localtime")
_NAME_FILE = Path("/etc/timezone")
_FOLDER = "zoneinfo/"
_LOOKS = 60
"""The clock is asked for every twelfth day, or so, of the year before and of the year to come."""


def machine_zone() -> str | None:
    """The name of this machine's zone; None where no name agrees with its clock."""
    return _found(os.environ.get("TZ"))


def expect() -> str:
    """The name of this machine's zone. UsageError, which asks for one, where none agrees."""
    found = machine_zone()
    if found is not None:
        return found
    raise UsageError(
        f"This machine's clock ({_clock_words()}) does not match a known time zone.",
        f"Name the zone of its local times with {parameter('timezone')}, such as Europe/Berlin,"
        " or set SKILLHOUSE_TIMEZONE.",
    )


def agrees(name: str) -> bool:
    """Whether a zone has shown what this machine's clock has, and will, a year back and ahead."""
    zone = zones.zone(name)
    return all(offset == _ahead_s(zone, moment) for moment, offset in _clock())


@cache
def _found(variable: str | None) -> str | None:
    # The variable may have changed since the process began.
    time.tzset()
    for name in _candidates(variable):
        if name in zones.database.names and agrees(name):
            return name
    return None


def _candidates(variable: str | None) -> Iterator[str]:
    """Names that may be the clock's, the likeliest first."""
    if variable is not None:
        name = variable.removeprefix(":")
        yield _zone_name(name)
        if name in ("", "UTC0", "GMT0"):
            yield FALLBACK
        if name.startswith("/"):
            yield from _of_file(Path(name))
        return
    yield from _of_file(_LINK)
    yield _first_line(_NAME_FILE)
    if not _LINK.exists():
        yield FALLBACK


def _of_file(path: Path) -> Iterator[str]:
    """Zones that a zone file may be: by where it lies, then by what is in it."""
    yield _zone_name(os.path.realpath(path))
    if path == _LINK:
        yield _first_line(_NAME_FILE)
    yield from _same_content(path)


def _zone_name(path: str) -> str:
    """The zone that a path below a folder of zones names."""
    name = path.rpartition(_FOLDER)[2]
    return name.removeprefix("posix/").removeprefix("right/")


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, ValueError):
        return ""


def _same_content(path: Path) -> Iterator[str]:
    """Zones whose clock was, since 1970, what a file says, the usual names first."""
    from schema.tzif import NotAZoneFile, read_steps

    try:
        content = path.read_bytes()
        wanted = _until_soon(read_steps(content).starts, read_steps(content).offsets)
    except (OSError, NotAZoneFile):
        return
    usual = zones.database.usual_names
    for name in [*usual, *sorted(zones.database.names - set(usual))]:
        if agrees(name):
            steps = read_steps(zones.database.content(name))
            if _until_soon(steps.starts, steps.offsets) == wanted:
                yield name


def _until_soon(starts: list[int], offsets: list[int]) -> list[tuple[int, int]]:
    """The steps from 1970 to a year from now."""
    end = (time.time() + 366 * 86_400) * 1e6
    return [(max(start, 0), offset) for start, offset in _pairs(starts, offsets) if start < end]


def _pairs(starts: list[int], offsets: list[int]) -> Iterator[tuple[int, int]]:
    """Steps, but of those before 1970 only the last."""
    begun = sum(start <= 0 for start in starts) - 1
    yield from zip(starts[begun:], offsets[begun:], strict=True)


def _clock() -> list[tuple[datetime, int]]:
    """Moments, and how many seconds the machine's clock is ahead of UTC at each."""
    now = datetime.now(UTC)
    moments = [now + timedelta(days=12.2 * step) for step in range(-_LOOKS // 2, _LOOKS // 2 + 1)]
    return [(moment, time.localtime(moment.timestamp()).tm_gmtoff) for moment in moments]


def _ahead_s(zone: ZoneInfo, moment: datetime) -> float:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset.total_seconds()


def _clock_words() -> str:
    """The machine's time and its offset, as it shows them now."""
    return time.strftime("%H:%M %z", time.localtime())
