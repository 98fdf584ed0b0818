"""What a run has to report: counts per project, problems to act on, and notes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from collector.file_records import FileRecords
from collector.read_results import Reading
from schema.frozen import dataclass
from schema.spelling import command

if TYPE_CHECKING:
    from collector.transcripts.storing import TranscriptsRun


@dataclass(frozen=True)
class Remark:
    """A sentence about a project, or about one file; ``project`` or ``path`` may be empty."""

    project: str
    path: str
    message: str

    def __str__(self) -> str:
        where = [f"{self.project}:" if self.project else "", self.path, self.message]
        return " ".join(filter(None, where))


@dataclasses.dataclass
class ProjectResult:
    """What a run did for one project, in numbers of files and of records.

    ``transcripts_inserted`` and ``transcripts_updated`` are its part of what transcripts told.
    ``skill_files`` are on disk; ``skill_files_read`` of them were new or had changed.
    ``records_read`` is the sum of inserted, updated, unchanged, rejected and ignored.
    ``problems`` want a person; ``notes`` do not.
    """

    project_id: str
    project_name: str
    files: int = 0
    files_unchanged: int = 0
    records_read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    ignored: int = 0
    duration_ms: int = 0
    transcripts_inserted: int = 0
    transcripts_updated: int = 0
    skill_files: int = 0
    skill_files_read: int = 0
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def leave_out(self) -> None:
        """Forget the counts and remarks: nothing of what was read was stored."""
        self.files = self.files_unchanged = self.records_read = 0
        self.inserted = self.updated = self.unchanged = self.rejected = self.ignored = 0
        self.problems.clear()
        self.notes.clear()


@dataclass(frozen=True)
class CollectResult:
    """A whole run, as ``collect_runs`` holds it. ``zone`` is the reporting zone.

    ``transcripts`` is None where none may be read. ``user_problems`` and ``user_notes`` are
    about the skills in the user's own folders.
    ``new_warehouse`` is the warehouse's path where this run created it and had no project to read.
    """

    collect_run_id: int
    started_at: datetime
    projects: list[ProjectResult]
    zone: str
    new_warehouse: str | None = None
    transcripts: TranscriptsRun | None = None
    user_problems: Sequence[Remark] = ()
    user_notes: Sequence[Remark] = ()

    @property
    def problems(self) -> list[Remark]:
        found = [problem for project in self.projects for problem in project.problems]
        if self.transcripts is not None:
            found += [Remark("transcripts", "", each) for each in self.transcripts.problems]
        found += self.user_problems
        if self.new_warehouse is None:
            return found
        return [*found, _new_warehouse(self.new_warehouse)]

    @property
    def notes(self) -> list[Remark]:
        found = [note for project in self.projects for note in project.notes]
        if self.transcripts is not None:
            found += [Remark("transcripts", "", each) for each in self.transcripts.notes]
        return [*found, *self.user_notes]


def _new_warehouse(path: str) -> Remark:
    message = (
        "is a new warehouse without any project. If your data is in another one, choose it with"
        f" SKILLHOUSE_WAREHOUSE; if not: {command('register-project', 'PATH')}"
    )
    return Remark("", path, message)


@dataclass(frozen=True)
class FileResult:
    """What a run found out about a file; ``file_records`` is None where nothing was read."""

    source: str
    path: str
    source_file_id: int
    size_bytes: int
    fingerprint: str
    reading: Reading
    file_records: FileRecords | None
