"""What a scheduler is to run and when, and what it can be asked."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from aggregator.scheduling.due import times_of_day
from schema.errors import UsageError
from schema.schedule import Schedule
from schema.settings import (
    PREFIX,
    TIMEZONE_VARIABLE,
    WAREHOUSE_VARIABLE,
    default_warehouse_path,
)

MARK = "Written by `skillhouse schedule install`"
"""Stands in every file of ours. What does not hold it is somebody else's and stays as it is."""

_DAY = timedelta(days=1)

_NOT_FOR_JOBS = frozenset({WAREHOUSE_VARIABLE, f"{PREFIX}MCP_TOKEN"})
"""A job serves no agents, and a secret is not for a file."""


@dataclass(frozen=True)
class Job:
    """One warehouse's nightly job.

    ``name`` is one word that tells warehouses apart, ``command`` the program with its arguments,
    ``zone`` the one whose clock the times are on. ``environment`` are the variables it is run with:
    a scheduler runs it without those of the shell that it was installed from.
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
        """The times as minutes and the hours that have them, for languages that cross the two."""
        minutes: dict[int, list[int]] = {}
        for each in self.times:
            minutes.setdefault(each.hour, []).append(each.minute)
        crossed: dict[tuple[int, ...], tuple[int, ...]] = {}
        for hour, found in minutes.items():
            crossed[tuple(found)] = (*crossed.get(tuple(found), ()), hour)
        return crossed


@dataclass(frozen=True)
class Piece:
    """A file of a scheduler: where it goes and what it says."""

    path: Path
    text: str


@dataclass(frozen=True)
class Placed:
    """A job that was found with a scheduler; ``active`` is None where that cannot be seen."""

    scheduler: str
    places: tuple[str, ...]
    active: bool | None


class Scheduler(Protocol):
    """What all schedulers can be asked. ``local`` says that it keeps this machine's time only."""

    name: str
    local: bool

    def render(self, job: Job) -> str: ...

    def place(self, job: Job) -> list[str]:
        """Put the job where the scheduler looks; returns the places. Overwrites only our own."""
        ...

    def remove(self, job: Job) -> list[str]:
        """Take the job away; returns the places where it was."""
        ...

    def found(self, job: Job) -> Placed | None: ...

    def activation(self, job: Job) -> list[str]:
        """The lines to type after ``place``."""
        ...

    def deactivation(self, job: Job) -> list[str]:
        """The lines to type after ``remove``."""
        ...


def job_for(warehouse: Path, schedule: Schedule, zone: str) -> Job:
    """The job of a warehouse. UsageError where its command cannot be written down."""
    program = executable()
    # Named even where it is the default: that depends on HOME and XDG_DATA_HOME.
    where = ("--warehouse", str(warehouse))
    command = (*program, *where, "--quiet", "refresh", "--trigger", "schedule")
    environment = _environment(zone)
    for word in (*command, *environment.values()):
        if not word.isprintable():
            raise UsageError(
                f"{word!r} cannot be written into a scheduler's file.",
                "Move the warehouse or the program to a path without control characters.",
            )
    by_default = warehouse == default_warehouse_path()
    suffix = "" if by_default else f"-{sha256(str(warehouse).encode()).hexdigest()[:8]}"
    return Job(f"skillhouse{suffix}", command, schedule, zone, warehouse, environment)


def _environment(zone: str) -> dict[str, str]:
    """Our variables that are set now, and the zone; the warehouse is named by the command."""
    ours = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(PREFIX) and name not in _NOT_FOR_JOBS
    }
    return {**ours, TIMEZONE_VARIABLE: zone}


def check_daily(schedule: Schedule) -> None:
    """UsageError for a schedule that the system's schedulers cannot be told."""
    if schedule.interval > _DAY:
        raise UsageError(
            f"The system's schedulers are told times of day, not {schedule}.",
            "Use --at or an --every of at most 24h, or `skillhouse schedule run`.",
        )


def executable() -> tuple[str, ...]:
    """This program, by a path that does not depend on anybody's PATH.

    Links are not followed: what an installer links to may move with the next version.
    """
    started = Path(sys.argv[0])
    if started.stem == "skillhouse" and started.is_file():
        return (os.path.abspath(started),)
    beside = Path(sys.executable).with_name("skillhouse")
    if beside.is_file():
        return (str(beside),)
    on_path = shutil.which("skillhouse")
    return (os.path.abspath(on_path),) if on_path else (sys.executable, "-m", "cli")
