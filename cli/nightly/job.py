"""The job that a system's scheduler runs, and the interface of all schedulers."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Protocol

from schema.errors import UsageError
from schema.schedule import Schedule, times_of_day
from schema.settings import (
    PREFIX,
    TIMEZONE_VARIABLE,
    WAREHOUSE_VARIABLE,
    is_default_warehouse,
)

MARK = "Written by `skillhouse schedule install`"
"""Part of every file we write. Files without it are somebody else's and are never changed."""

_DAY = timedelta(days=1)

_NOT_FOR_JOBS = frozenset({WAREHOUSE_VARIABLE, f"{PREFIX}MCP_TOKEN"})
"""The command names the warehouse, and a secret does not belong in a file."""


@dataclass(frozen=True)
class Job:
    """One warehouse's nightly job.

    ``name`` is a word that differs between warehouses, ``command`` the program with its arguments,
    ``zone`` the time zone of the times. ``environment`` has every variable the job depends on: a
    scheduler does not run it with those of the shell it was installed from.
    """

    name: str
    command: tuple[str, ...]
    schedule: Schedule
    zone: str
    warehouse: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def times(self) -> list[time]:
        return times_of_day(self.schedule)

    def by_minutes(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """Hours by the minutes they share: cron and systemd combine each hour with each minute."""
        hours: dict[tuple[int, ...], tuple[int, ...]] = {}
        for hour, times in groupby(self.times, key=lambda each: each.hour):
            minutes = tuple(each.minute for each in times)
            hours[minutes] = (*hours.get(minutes, ()), hour)
        return hours


@dataclass(frozen=True)
class Piece:
    """A configuration file: its path and content."""

    path: Path
    text: str


@dataclass(frozen=True)
class Placed:
    """An installed job; ``active`` is None where that cannot be determined."""

    scheduler: str
    places: tuple[str, ...]
    active: bool | None


class Scheduler(Protocol):
    """A system's scheduler. ``local``: it can use only this machine's time zone."""

    name: str
    local: bool

    def render(self, job: Job) -> str: ...

    def place(self, job: Job) -> list[str]:
        """Install the job; returns its paths. Replaces only what skillhouse wrote."""
        ...

    def remove(self, job: Job) -> list[str]:
        """Remove the job; returns the paths where it was."""
        ...

    def installed(self, job: Job) -> Placed | None: ...

    def activation(self, job: Job) -> list[str]:
        """The commands to run after ``place``."""
        ...

    def deactivation(self, job: Job) -> list[str]:
        """The commands to run after ``remove``."""
        ...


def job_for(warehouse: Path, schedule: Schedule, zone: str) -> Job:
    """The job of a warehouse. UsageError if its command contains control characters."""
    program = executable()
    # Even if it is the default, which depends on HOME and XDG_DATA_HOME.
    where = ("--warehouse", str(warehouse))
    command = (*program, *where, "--quiet", "refresh", "--trigger", "schedule")
    environment = _environment(zone)
    for word in (*command, *environment.values()):
        if not word.isprintable():
            raise UsageError(
                f"{word!r} contains control characters, which a scheduler's file cannot.",
                "Rename the warehouse, the program or the variable's value.",
            )
    by_default = is_default_warehouse(warehouse)
    suffix = "" if by_default else f"-{sha256(str(warehouse).encode()).hexdigest()[:8]}"
    return Job(f"skillhouse{suffix}", command, schedule, zone, warehouse, environment)


def _environment(zone: str) -> dict[str, str]:
    """The SKILLHOUSE variables that are set now, and the time zone."""
    ours = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(PREFIX) and name not in _NOT_FOR_JOBS
    }
    return {**ours, TIMEZONE_VARIABLE: zone}


def check_daily(schedule: Schedule) -> None:
    """UsageError for a schedule that is not a list of times of day."""
    if schedule.interval > _DAY:
        raise UsageError(
            f"Schedulers of the system run a job at times of day; this is {schedule}.",
            "Use --at, an --every of at most 24h, or `skillhouse schedule run`.",
        )


def executable() -> tuple[str, ...]:
    """The command that starts this program, with an absolute path.

    Links are not followed: an installer may change where they point with the next version.
    """
    started = Path(sys.argv[0])
    if started.stem == "skillhouse" and started.is_file():
        return (os.path.abspath(started),)
    beside = Path(sys.executable).with_name("skillhouse")
    if beside.is_file():
        return (str(beside),)
    on_path = shutil.which("skillhouse")
    return (os.path.abspath(on_path),) if on_path else (sys.executable, "-m", "cli")
