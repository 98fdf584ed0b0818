"""The runs of collect, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aggregator.answers.shared import OfProject, outcome_of
from aggregator.answers.struct import Struct
from aggregator.query import local
from aggregator.reports import runs as report

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Amount,
        Count,
        Limit,
        Positive,
        ProjectId,
        RunOutcome,
        Trigger,
    )


class Filters(Struct):
    """What was asked."""

    run: int | None
    """The one run that was asked about; null: the list."""
    limit: Limit
    project: ProjectId | None
    """Only runs of this project; null: all."""
    failed: bool
    """Only runs that did not end well."""


class ReadCounts(Struct):
    """What was read."""

    files: Count
    """Files that were looked at."""
    files_unchanged: Count
    """Files that had not changed."""
    records_read: Count
    """Records read: inserted, updated, unchanged, rejected and ignored ones together."""
    inserted: Count
    """Records stored for the first time."""
    updated: Count
    """Records that replaced an older state."""
    unchanged: Count
    """Records that were already stored."""
    rejected: Count
    """Records that could not be read."""
    ignored: Count
    """Records that are no uses, or were archived."""


class ProjectRun(ReadCounts, OfProject):
    """What a run did for one project."""

    duration_ms: Amount
    """Milliseconds spent scanning and reading its files, without the merge."""
    outcome: Literal["done", "problems"]
    """How it ended for the project."""
    problems: list[str]
    """Problems a person should look at."""
    notes: list[str]
    """What else there is to say."""


class Run(Struct):
    """A run: when it was, and how it ended."""

    run_id: Positive
    """Number of the run."""
    trigger: Trigger
    started_at: datetime
    """When it began."""
    ended_at: datetime
    """When it ended; of a running or interrupted run, when it last stored something."""
    duration_ms: Amount
    """Milliseconds from start to end."""
    outcome: RunOutcome
    """How it ended; problems: everything was read, something needs a look; interrupted: its
    process is gone."""
    error: str | None
    """Why it failed; null: it did not."""
    all_projects: bool
    """Whether it was for all active projects."""
    projects: Count
    """Number of projects; only one where one was asked about."""


class Row(ReadCounts, Run):
    """A run and what it read."""

    problems: Count
    """Number of problems; one run in detail has them in words."""
    by_project: list[ProjectRun] | None
    """What was done for each project; null in a list of runs."""


class Totals(Struct):
    """Over all rows, shown or not."""

    runs: Count
    """All that match, shown or not."""


class Answer(Struct):
    """The table of runs, newest first."""

    filters: Filters
    data: list[Row]
    totals: Totals


def row_of(run: report.Run, zone: str, *, whole: bool) -> Row:
    """A run, with its projects where it is asked about as a ``whole``."""
    return Row(
        run_id=run.run_id,
        trigger=outcome_of(run.trigger),
        started_at=local(run.started_at, zone),
        ended_at=local(run.ended_at, zone),
        duration_ms=took_ms(run),
        outcome=outcome_of(run.outcome),
        error=run.error,
        all_projects=run.whole,
        projects=len(run.projects),
        **_counts(run.counts),
        problems=len(run.problems),
        by_project=[_project(each) for each in run.projects] if whole else None,
    )


def took_ms(run: report.Run) -> float:
    """How long it took, in milliseconds."""
    return (run.ended_at - run.started_at).total_seconds() * 1000


def _project(entry: report.ProjectRun) -> ProjectRun:
    return ProjectRun(
        project_id=entry.project_id,
        project_name=entry.project_name,
        **_counts(entry.counts),
        duration_ms=entry.duration_ms,
        outcome=outcome_of(entry.outcome),
        problems=entry.problems,
        notes=entry.notes,
    )


def _counts(counts: dict[str, int]) -> dict[str, Any]:
    return {name: counts[name] for name in ReadCounts.field_names}
