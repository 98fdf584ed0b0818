"""What was read of every file."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from aggregator import text
from aggregator.answers.shared import outcome_of
from aggregator.query import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.answers.fields import Count, Positive, ProjectId, ProjectName, Text
    from collector.checks.doctor import FileCheck, ProjectCheck
    from collector.results import Remark
from aggregator.answers.struct import Struct
from cli.results.transcripts import CheckedRoot


class Filters(Struct):
    """What was asked."""

    projects: list[str] | None
    """The projects as they were named; null: all active ones."""


class Finding(Struct):
    """An oddity and how often it occurs."""

    finding: str
    """The oddity."""
    count: Count
    """How often."""
    meaning: str
    """What it means."""


class Reject(Struct):
    """A record that could not be read."""

    position: Count
    """Line, or number of the record, from 0."""
    reason: str
    """Why it could not be read."""


class Disagreement(Struct):
    """A total of the writer that differs from what was collected."""

    name: str
    """The skill or agent."""
    measure: str
    """The number that differs."""
    writer: float
    """The writer's number."""
    collected: float
    """The number collected."""
    explanation: str | None
    """Why they differ; null: not explained."""


class SharedRows(Struct):
    """Rows that another project has as well."""

    project: str
    """The other project."""
    counted_for: str
    """The project they count for."""
    rows: Positive
    """Number of rows."""


class File(Struct):
    """A metrics file."""

    path: str
    """The file."""
    source: str
    """The reader of its format."""
    shape: str | None
    """The variant of the format; null: unknown."""
    state: str
    """What became of it."""
    detail: str | None
    """More about the state; null: nothing."""
    size_bytes: Count
    """Size in bytes."""
    records: Count
    """Records in it."""
    rejected: Count
    """Records that could not be read."""
    ignored: Count
    """Records that are no uses, or were archived."""
    last_read_at: datetime | None
    """When it was last read; null: never."""
    findings: list[Finding]
    """Oddities in its records."""
    rejects: list[Reject]
    """The first rejected records; never their content."""
    reconciled: bool | None
    """Whether the writer's own totals agree, or every difference is explained; null: it left no
    totals."""
    disagreements: list[Disagreement]
    """Where the writer's own totals differ."""


class UnreadFile(Struct):
    """A skill file, or a folder of them, that cannot be read."""

    path: str
    """The file or folder, within the project's folder."""
    reason: Text
    """Why, as a sentence goes on after the path."""


class Row(Struct):
    """One row."""

    project_id: ProjectId
    project_name: ProjectName
    project_path: str
    """The project's folder."""
    is_active: bool
    """Whether it is collected and counted."""
    look_alike_names: list[list[str]]
    """Groups of names that differ only in their spelling."""
    shared_rows: list[SharedRows]
    """Rows that other projects have as well."""
    files: list[File]
    """Its metrics files."""
    archived_before: date | None
    """Records of earlier days were archived and are not compared; null: none were."""
    transcripts: Literal["auto", "on", "off"]
    """Which of its transcripts' uses count; auto: not those that are also in its own files."""
    transcripts_left_out: Count
    """Uses and runs of transcripts that answers do not count."""
    unread_skill_files: list[UnreadFile]
    """Skill files that cannot be read now, or folders of them; empty if it is unregistered."""


class Totals(Struct):
    """Over all rows, shown or not."""

    projects: Count
    """Number of projects."""
    files: Count
    """Number of files."""
    problems: Count
    """Number of problems."""
    transcripts: list[CheckedRoot]
    """What was read of each enabled folder of transcripts."""


class Doctor(Struct):
    """What was read of every file."""

    filters: Filters
    data: list[Row]
    totals: Totals


def row_of(check: ProjectCheck, unread: Sequence[Remark], zone: str) -> Row:
    """What was read of a project."""
    return Row(
        project_id=check.project.project_id,
        project_name=check.project.name,
        project_path=check.project.path,
        is_active=check.project.is_active,
        look_alike_names=check.twins,
        shared_rows=[
            SharedRows(project=each.other, counted_for=each.counted_for, rows=each.rows)
            for each in check.shared
        ],
        archived_before=check.archived_before,
        transcripts=outcome_of(check.project.transcripts),
        transcripts_left_out=check.left_out,
        files=[_file(file, zone) for file in check.files],
        unread_skill_files=[
            UnreadFile(path=text.plain(each.path), reason=each.message) for each in unread
        ],
    )


def _file(file: FileCheck, zone: str) -> File:
    from collector.checks.doctor import explain_finding

    return File(
        path=file.path,
        source=file.source,
        shape=file.shape,
        state=file.state,
        detail=file.detail or None,
        size_bytes=file.size_bytes,
        records=file.records,
        rejected=file.rejected,
        ignored=file.ignored,
        last_read_at=local(file.last_read_at, zone),
        findings=[
            Finding(finding=code, count=times, meaning=explain_finding(code))
            for code, times in file.findings.items()
        ],
        rejects=[Reject(position=position, reason=reason) for position, reason in file.rejects],
        reconciled=file.reconciled,
        disagreements=[
            Disagreement(
                name=each.name,
                measure=each.measure,
                writer=each.writer,
                collected=each.collected,
                explanation=each.explanation or None,
            )
            for each in file.disagreements
        ],
    )
