"""Collecting, aggregating, and both: refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aggregator import text
from aggregator.answers.runs import ReadCounts
from aggregator.answers.shared import NoTotals, OfProject

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE, Count
    from collector import results
from aggregator.answers.struct import Struct


class CollectFilters(Struct):
    """What was asked."""

    projects: list[str] | None
    """The projects as they were named; null: all active ones."""
    full: bool
    """Whether everything was done from the start."""


class ProjectPass(ReadCounts, OfProject):
    """What a run did for one project."""

    transcripts_inserted: Count
    """Uses and runs stored for the first time from agent transcripts, not part of `inserted`."""
    transcripts_updated: Count
    """Uses and runs that transcripts tell more of, not part of `updated`."""
    skill_files: Count
    """Skills, agents and commands on disk."""
    skill_files_read: Count
    """Those of them that were new or had changed."""
    warnings: list[str]
    """What a person should look at."""


class TranscriptsPass(Struct):
    """What a run read of agent transcripts, for all projects; only where they are enabled."""

    source: Literal["transcripts"]
    """Tells this row from those of projects."""
    files: Count
    """Transcripts that were looked at."""
    files_unchanged: Count
    """Transcripts that had not changed."""
    records_read: Count
    """Records read."""
    inserted: Count
    """Uses and runs stored for the first time."""
    updated: Count
    """Uses and runs of which more is known now."""
    rejected: Count
    """Records that could not be read."""
    ignored: Count
    """Records that do not count."""
    unattributed: Count
    """Uses and runs in folders of no registered project; they are not stored."""
    warnings: list[str]
    """What a person should look at."""


class AggregateFilters(Struct):
    """What was asked."""

    full: bool
    """Whether everything was done from the start."""
    timezone: str | None
    """The reporting zone asked for; null: unchanged."""


class Aggregated(Struct):
    """One row."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""


class RefreshTotals(ReadCounts):
    """Over all rows, shown or not."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""
    rows_archived: Count
    """Rows removed because they are older than the retention."""


class Collect(Struct):
    """A pass."""

    filters: CollectFilters
    data: list[ProjectPass | TranscriptsPass]
    totals: ReadCounts


class Aggregate(Struct):
    """The rollups brought up to date."""

    filters: AggregateFilters
    data: Annotated[list[Aggregated], ONE]
    totals: NoTotals


class Refresh(Struct):
    """A pass, and the rollups after it."""

    filters: CollectFilters
    data: list[ProjectPass | TranscriptsPass]
    totals: RefreshTotals


def project_pass(entry: results.ProjectResult) -> ProjectPass:
    """What a run did for one project."""
    return ProjectPass(
        project_id=entry.project_id,
        project_name=entry.project_name,
        **{name: getattr(entry, name) for name in ReadCounts.field_names},
        transcripts_inserted=entry.transcripts_inserted,
        transcripts_updated=entry.transcripts_updated,
        skill_files=entry.skill_files,
        skill_files_read=entry.skill_files_read,
        warnings=[text.plain(str(remark)) for remark in (*entry.problems, *entry.notes)],
    )


def rows_of(done: results.CollectResult) -> list[ProjectPass | TranscriptsPass]:
    """A row for each project, and one for the transcripts where any may be read."""
    rows: list[ProjectPass | TranscriptsPass] = [project_pass(entry) for entry in done.projects]
    if done.transcripts is not None:
        told = (*done.transcripts.problems, *done.transcripts.notes)
        warnings = [text.plain(each) for each in told]
        rows.append(
            TranscriptsPass(source="transcripts", **done.transcripts.counts(), warnings=warnings)
        )
    return rows


def counts_of(done: results.CollectResult) -> dict[str, int]:
    """The fields of ``ReadCounts``, over all projects of a run and the transcripts."""
    return {
        name: sum(getattr(entry, name) for entry in done.projects)
        + (getattr(done.transcripts, name, 0) if done.transcripts is not None else 0)
        for name in ReadCounts.field_names
    }
