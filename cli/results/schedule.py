"""What runs the nightly job, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, cast

from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE

Scheduler: TypeAlias = Annotated[Literal["systemd", "launchd", "cron"], "The system's scheduler."]


class Installed(Struct):
    """What a scheduler holds."""

    scheduler: Scheduler
    places: list[str]
    """Files, or the crontab."""
    active: bool | None
    """Whether it is active; null: cannot be seen."""


class Row(Struct):
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


class InstallFilters(Struct):
    """What was asked."""

    scheduler: Scheduler
    write: bool
    """Whether the configuration was installed."""
    schedule: str
    """In words: daily at 02:30, every 6h."""


class InstalledSchedule(Struct):
    """One row."""

    scheduler: Scheduler
    content: str
    """The scheduler's configuration."""
    places: list[str]
    """Files it was written to; empty without --write."""
    next_steps: list[str]
    """The commands that activate it."""


class UninstallFilters(Struct):
    """What was asked."""

    schedulers: list[Scheduler] | None
    """The schedulers asked about; null: all."""


class UninstalledSchedule(Struct):
    """One row."""

    scheduler: Scheduler
    places: list[str]
    """Files it was removed from."""
    next_steps: list[str]
    """The commands that make the scheduler forget it."""


class ScheduleShow(Struct):
    """What runs the nightly job, and when."""

    filters: NoFilters
    data: Annotated[list[Row], ONE]
    totals: NoTotals


class ScheduleInstall(Struct):
    """The configuration for the system's scheduler."""

    filters: InstallFilters
    data: Annotated[list[InstalledSchedule], ONE]
    totals: NoTotals


class ScheduleUninstall(Struct):
    """What was taken away from the system's schedulers."""

    filters: UninstallFilters
    data: list[UninstalledSchedule]
    totals: NoTotals


def scheduler_of(name: str) -> Scheduler:
    """The scheduler of a name; every scheduler there is has one of these."""
    return cast("Scheduler", name)
