"""What runs the nightly job, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, cast

from aggregator.answers.fields import ONE
from aggregator.answers.shared import NoFilters, NoTotals

Scheduler: TypeAlias = Annotated[Literal["systemd", "launchd", "cron"], "The system's scheduler."]


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What a scheduler holds."""

    scheduler: Scheduler
    places: list[str]
    """Files, or the crontab."""
    active: bool | None
    """Whether it is active; null: cannot be seen."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    schedule: str | None
    """The schedule in words; null: none."""
    due_now: bool
    """Whether the last scheduled run was missed."""
    last_due_at: datetime | None
    """When the last run was due; null: none was."""
    next_run_at: datetime | None
    """When the next run is due; null: no schedule."""
    service_pid: int | None
    """Process id of the running service; null: none is running."""
    installed: list[Installed]
    """What is installed."""


@dataclass(frozen=True, kw_only=True)
class InstallFilters:
    """What was asked."""

    scheduler: Scheduler
    write: bool
    """Whether the configuration was installed."""
    schedule: str
    """In words: daily at 02:30, every 6h."""


@dataclass(frozen=True, kw_only=True)
class InstalledSchedule:
    """One row."""

    scheduler: Scheduler
    content: str
    """The scheduler's configuration."""
    places: list[str]
    """Files it was written to; empty without --write."""
    next_steps: list[str]
    """The commands that activate it."""


@dataclass(frozen=True, kw_only=True)
class UninstallFilters:
    """What was asked."""

    schedulers: list[Scheduler] | None
    """The schedulers asked about; null: all."""


@dataclass(frozen=True, kw_only=True)
class UninstalledSchedule:
    """One row."""

    scheduler: Scheduler
    places: list[str]
    """Files it was removed from."""
    next_steps: list[str]
    """The commands that make the scheduler forget it."""


@dataclass(frozen=True, kw_only=True)
class ScheduleShow:
    """What runs the nightly job, and when."""

    filters: NoFilters
    data: Annotated[list[Row], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class ScheduleInstall:
    """What the system's scheduler is told."""

    filters: InstallFilters
    data: Annotated[list[InstalledSchedule], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class ScheduleUninstall:
    """What was taken away from the system's schedulers."""

    filters: UninstallFilters
    data: list[UninstalledSchedule]
    totals: NoTotals


def scheduler_of(name: str) -> Scheduler:
    """The scheduler of a name; every scheduler there is has one of these."""
    return cast("Scheduler", name)
