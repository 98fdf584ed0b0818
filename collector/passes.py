"""What a pass has to say: counts per project, problems to act on, and notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from collector.intake import Intake, NameTotals
from collector.sources.source import Checkpoint, Reading, State


@dataclass(frozen=True)
class Remark:
    """A sentence about a project, or about one file of it."""

    project: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.project}: {self.path} {self.message}".replace(":  ", ": ")


@dataclass
class ProjectPass:
    """What a pass did for one project, in numbers of files and of records.

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
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Pass:
    """A whole pass, as the ledger holds it."""

    collect_run_id: int
    started_at: datetime
    projects: list[ProjectPass]

    @property
    def problems(self) -> list[Remark]:
        return [problem for project in self.projects for problem in project.problems]

    @property
    def notes(self) -> list[Remark]:
        return [note for project in self.projects for note in project.notes]


@dataclass(frozen=True)
class KnownFile:
    """What the last pass left about a file."""

    state: State
    detail: str
    fingerprint: str
    checkpoint: Checkpoint
    size_bytes: int
    records: int
    rejected: int
    ignored: int
    findings: Counter[str]
    read_totals: dict[str, NameTotals]


@dataclass(frozen=True)
class FileOutcome:
    """What this pass found out about a file; ``intake`` is None where it was not read."""

    source: str
    path: str
    source_file_id: int
    size_bytes: int
    fingerprint: str
    reading: Reading
    intake: Intake | None
