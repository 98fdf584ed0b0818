"""What was read of every file, what was refused and why, and whether its writer's totals agree."""

from __future__ import annotations

import json
from dataclasses import field
from datetime import date, datetime

from collector.checks.look_alikes import look_alikes
from collector.file_records import FINDINGS, NameTotals
from collector.projects.registry import Project
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, from_micros

REJECTS_SHOWN = 20


@dataclass(frozen=True)
class Disagreement:
    """A number the writer gives that is not ours, and what explains it ('' when nothing does)."""

    name: str
    measure: str
    writer: float
    collected: float
    explanation: str


@dataclass(frozen=True)
class FileCheck:
    """One file. ``rejects`` are (position, reason), the first of them; ``rejected`` counts all.

    ``reconciled`` is None where the writer left no totals.
    """

    path: str
    source: str
    state: str
    detail: str
    shape: str | None
    size_bytes: int
    records: int
    rejected: int
    ignored: int
    last_read_at: datetime
    findings: dict[str, int]
    rejects: list[tuple[int, str]]
    reconciled: bool | None
    disagreements: list[Disagreement]


@dataclass(frozen=True)
class SharedRows:
    """How many rows the project and another both hold, and for which of them they count."""

    other: str
    counted_for: str
    rows: int


@dataclass(frozen=True)
class ProjectCheck:
    """One project; ``twins`` are names that look alike, see ``collector.checks.look_alikes``.

    ``archived_before``: records of earlier days are in the archive; None: nothing is archived.
    ``shared`` are the rows that other projects hold as well, ``left_out`` how many rows of
    transcripts answers do not count.
    """

    project: Project
    files: list[FileCheck]
    twins: list[list[str]] = field(default_factory=list)
    archived_before: date | None = None
    shared: list[SharedRows] = field(default_factory=list)
    left_out: int = 0


def check(con: Connection, project: Project) -> ProjectCheck:
    """What the last runs found in ``project``. Reads the warehouse only, not the project."""
    values = {"id": project.project_id}
    rows = con.execute(statement("collector/sql/checked_files.sql"), values).fetchall()
    rejects: dict[int, list[tuple[int, str]]] = {}
    for file_id, position, reason in con.execute(
        statement("collector/sql/checked_rejects.sql"), {**values, "most": REJECTS_SHOWN}
    ).fetchall():
        rejects.setdefault(file_id, []).append((position, reason))
    names = con.execute(statement("collector/sql/names.sql"), values).fetchall()
    archived = con.execute(statement("collector/sql/archived_since.sql"), values).fetchall()
    shared = con.execute(statement("collector/sql/sharing/shared_by.sql"), values).fetchall()
    query = statement("collector/sql/not_counted.sql")
    [(left_out,)] = con.execute(query, values).fetchall()
    return ProjectCheck(
        project,
        [_file_check(row, rejects.get(row[0], [])) for row in rows],
        look_alikes(names),
        archived[0][0] if archived else None,
        [SharedRows(*row) for row in shared],
        left_out,
    )


def _file_check(row: tuple[object, ...], rejects: list[tuple[int, str]]) -> FileCheck:
    (
        _,
        path,
        source,
        state,
        detail,
        shape,
        size,
        records,
        rejected,
        ignored,
        findings,
        writer_totals,
        read_totals,
        read_at_us,
    ) = row
    reconciled, disagreements = _reconcile(
        json.loads(str(writer_totals)) if writer_totals else None,
        {name: NameTotals(**totals) for name, totals in json.loads(str(read_totals)).items()},
    )
    return FileCheck(
        path=str(path),
        source=str(source),
        state=str(state),
        detail=str(detail or ""),
        shape=None if shape is None else str(shape),
        size_bytes=_int(size),
        records=_int(records),
        rejected=_int(rejected),
        ignored=_int(ignored),
        last_read_at=from_micros(_int(read_at_us)),
        findings=json.loads(str(findings)),
        rejects=rejects,
        reconciled=reconciled,
        disagreements=disagreements,
    )


def explain_finding(code: str) -> str:
    """A finding's code in words."""
    return FINDINGS.get(code, code)


def _reconcile(
    writer: dict[str, dict[str, float]] | None, read: dict[str, NameTotals]
) -> tuple[bool | None, list[Disagreement]]:
    """Whether the writer's totals agree with the records of the same file, and where not."""
    if writer is None:
        return None, []
    found = []
    for name in sorted(writer.keys() | read.keys()):
        theirs = writer.get(name)
        ours = read.get(name, NameTotals())
        if theirs is None:
            found.append(Disagreement(name, "records", 0, ours.records, _explain_records(0, ours)))
            continue
        if theirs["records"] != ours.records:
            records = theirs["records"]
            found.append(
                Disagreement(
                    name, "records", records, ours.records, _explain_records(records, ours)
                )
            )
        found += _successes(name, theirs, ours)
    return all(each.explanation for each in found), found


def _explain_records(writer: float, ours: NameTotals) -> str:
    if writer == ours.records - ours.unfinished:
        if ours.unfinished == 1:
            return "1 unfinished record: the tool counts it when it finishes"
        return f"{ours.unfinished} unfinished records: the tool counts them when they finish"
    if writer < ours.records:
        return "the tool's totals are older than its records" if writer else ""
    return ""


def _successes(name: str, theirs: dict[str, float], ours: NameTotals) -> list[Disagreement]:
    if "successes" in theirs and theirs["successes"] != ours.successes:
        older = theirs["successes"] < ours.successes
        why = "the tool's totals are older than its records" if older else ""
        return [Disagreement(name, "successes", theirs["successes"], ours.successes, why)]
    rate = theirs.get("success_rate")
    if rate is not None and ours.records:
        collected = ours.successes / ours.records
        if abs(collected - rate) > 0.00051:
            stale = theirs["records"] != ours.records
            why = "the tool's summary was written at another time" if stale else ""
            return [Disagreement(name, "success_rate", rate, round(collected, 3), why)]
    return []


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
