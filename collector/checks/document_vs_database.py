"""What a project's documents and its databases say about the same invocations, side by side.

For those who move from one to the other: is every invocation of the documents in a database, as far
along as it was? The files alone are compared, as they are now; nothing is stored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from collector.file_reader import FileReader
from collector.file_records import StagedRow
from collector.projects.registry import Project
from collector.remarks import report_file
from collector.results import FileResult, ProjectResult, Remark
from collector.scan import scan_project
from collector.sources import DATABASES, DOCUMENTS
from collector.sources.source import Source
from schema.columns import STAGED

COMPARED = (
    "outcome",
    "duration_ms",
    "followup_names",
    "workflow_path",
    "error_type",
    "alternatives_considered",
    "selection_rank",
)
"""The fields that both kinds of stores have."""

_PLACE = {column.name: place for place, column in enumerate(STAGED)}


@dataclass(frozen=True, order=True)
class Identity:
    """Which invocation it is: of those equal in all else, the ``occurrence``-th."""

    skill_name: str
    invoked_at: datetime
    session_id: str
    occurrence: int


@dataclass(frozen=True)
class Difference:
    """A field that differs between the two; ``behind``: the database has the earlier state."""

    identity: Identity
    field: str
    document: object
    database: object
    behind: bool


@dataclass(frozen=True)
class StoreRead:
    """A file that was compared, and how many invocations it holds."""

    path: str
    source: str
    shape: str | None
    state: str
    detail: str
    records: int


@dataclass(frozen=True)
class Comparison:
    """The two sides. ``missing`` are only in the documents, ``added`` only in the databases."""

    project: Project
    documents: list[StoreRead]
    databases: list[StoreRead]
    both: int = 0
    missing: list[Identity] = field(default_factory=list)
    added: list[Identity] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)

    @property
    def comparable(self) -> bool:
        """Whether both sides are there and were read."""
        sides = (self.documents, self.databases)
        return all(any(each.state == "read" for each in side) for side in sides)

    @property
    def behind(self) -> set[Identity]:
        """Those of which the databases have seen less than the documents."""
        return {each.identity for each in self.differences if each.behind}

    @property
    def lost(self) -> int:
        """How many invocations would be lost, or known less of, without the documents."""
        return len(self.missing) + len(self.behind) if self.comparable else 0


def compare(project: Project, *, now: datetime) -> Comparison:
    """Read all stores of ``project`` and compare them. A file's fault is among the problems."""
    entry = ProjectResult(project.project_id, project.name)
    documents = _read(project, entry, DOCUMENTS, now)
    databases = _read(project, entry, DATABASES, now)
    # A project whose folder is gone is said once, not once a side.
    problems = list(dict.fromkeys(entry.problems))
    ours, theirs = _rows(documents), _rows(databases)
    theirs = _with_sessions(theirs, ours)
    return Comparison(
        project,
        _store_reads(documents),
        _store_reads(databases),
        both=len(ours.keys() & theirs.keys()),
        missing=sorted(ours.keys() - theirs.keys()),
        added=sorted(theirs.keys() - ours.keys()),
        differences=[
            difference
            for identity in sorted(ours.keys() & theirs.keys())
            for difference in _differences(identity, ours[identity], theirs[identity])
        ],
        problems=problems,
    )


def _read(
    project: Project, entry: ProjectResult, sources: Sequence[Source], now: datetime
) -> list[FileResult]:
    reader = FileReader(project, None, now, full=True)
    files = []
    for scan in scan_project(project, {}, entry, sources):
        file = reader.finish(reader.read(scan))
        report_file(project, entry, scan, file)
        if file is not None:
            files.append(file)
    return files


def _store_reads(outcomes: Iterable[FileResult]) -> list[StoreRead]:
    return [
        StoreRead(
            each.path,
            each.source,
            each.reading.shape,
            each.reading.state,
            each.reading.detail,
            len(each.file_records.rows) if each.file_records else 0,
        )
        for each in outcomes
    ]


def _rows(outcomes: Iterable[FileResult]) -> dict[Identity, StagedRow]:
    """The fullest state of each invocation on one side; of equal ones the later."""
    best: dict[Identity, StagedRow] = {}
    for outcome in outcomes:
        for row in outcome.file_records.rows if outcome.file_records else ():
            identity = Identity(
                str(row[_PLACE["skill_name"]]),
                cast(datetime, row[_PLACE["invoked_at"]]),
                str(row[_PLACE["session_id"]] or ""),
                cast(int, row[_PLACE["occurrence"]]),
            )
            known = best.get(identity)
            if known is None or _fullness(row) >= _fullness(known):
                best[identity] = row
    return best


def _fullness(row: StagedRow) -> tuple[int, datetime]:
    return completeness(row), cast(datetime, row[_PLACE["snapshot_at"]])


def completeness(row: StagedRow) -> int:
    """How much of an invocation a state has seen, as ``merge.sql`` ranks it."""
    outcome = row[_PLACE["outcome"]]
    if outcome == "success":
        return 3
    if outcome == "failure":
        return 2
    if outcome == "abandoned":
        return 1 if row[_PLACE["duration_ms"]] is None else 2
    return 0


def _with_sessions(
    theirs: dict[Identity, StagedRow], ours: Iterable[Identity]
) -> dict[Identity, StagedRow]:
    """An import's rows under the identities of the documents', as ``imported.sql`` does it."""
    documented: defaultdict[tuple[str, datetime], list[Identity]] = defaultdict(list)
    for identity in sorted(ours):
        documented[identity.skill_name, identity.invoked_at].append(identity)
    matched: dict[Identity, StagedRow] = {}
    for identity, row in theirs.items():
        same = documented.get((identity.skill_name, identity.invoked_at), [])
        adopted = identity
        if not identity.session_id and identity.occurrence <= len(same):
            adopted = same[identity.occurrence - 1]
        known = matched.get(adopted)
        if known is None or _fullness(row) >= _fullness(known):
            matched[adopted] = row
    return matched


def _differences(identity: Identity, ours: StagedRow, theirs: StagedRow) -> list[Difference]:
    behind = completeness(theirs) < completeness(ours)
    return [
        Difference(identity, name, ours[_PLACE[name]], theirs[_PLACE[name]], behind)
        for name in COMPARED
        if ours[_PLACE[name]] != theirs[_PLACE[name]]
    ]


def by_field(differences: Iterable[Difference]) -> dict[str, int]:
    """How often each field differs, in the order of ``COMPARED``."""
    counts = Counter(each.field for each in differences)
    return {name: counts[name] for name in COMPARED if counts[name]}
