"""A bad project collected beside a good one, and what the pass left of the bad one."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from collector.results import Remark
from conftest import Fleet, execution, invocation, write_executions, write_skills
from oracle import Row
from stored import stored_rows

MARK = "hush"
"""Stands in the content of every bad file; no message, detail or reject may repeat it."""

FOLDER = "reviewer"
"""The agent's folder in the bad project; a record's ``agent`` is the marker."""

LONG_AGO = 1_600_000_000
ONE = invocation(MARK)


@dataclass(frozen=True)
class Seen:
    """What a pass left of the bad project."""

    state: str
    detail: str
    names: list[str]
    rows: list[Row]
    rejects: list[tuple[int, str]]
    ignored: int
    findings: dict[str, int]
    problems: list[str]
    notes: list[str]


def two_projects(fleet: Fleet) -> Path:
    """A registered, empty project for bad files; a good one with two records stands beside it."""
    good, bad = fleet.projects("good", "bad")
    write_skills(good, {"invocations": [invocation("good-skill")]})
    write_executions(good, "good", [execution(agent="good-agent")])
    return bad


def collect_beside_good(fleet: Fleet, hidden: str = MARK) -> Seen:
    """Collect; the good project must be whole, every remark name its file, none what is hidden."""
    settle(fleet.root)
    done = fleet.collect()
    rows = stored_rows(fleet.warehouse)
    files = fleet.query(
        "select state, coalesce(detail, ''), ignored, cast(findings as varchar), path"
        " from source_files inner join projects using (project_id) where project_name = 'bad'"
    )
    rejects = fleet.query("select position, reason from rejected_records order by position")
    [(state, detail, ignored, findings, path)] = files

    assert [row.name for row in rows if row.project == "good"] == ["good-agent", "good-skill"]
    remarks = done.problems + done.notes
    for text in [remark.message for remark in remarks] + [str(files), str(rejects)]:
        assert hidden not in text
    mine = [row for row in rows if row.project == "bad"]
    return Seen(
        state=str(state),
        detail=str(detail),
        names=[row.name for row in mine],
        rows=mine,
        rejects=[(int(str(position)), str(reason)) for position, reason in rejects],
        ignored=int(str(ignored)),
        findings=json.loads(str(findings)),
        problems=messages(done.problems, path),
        notes=messages(done.notes, path),
    )


def settle(root: Path) -> None:
    """Make every file old, so that a torn one is not waited for."""
    for file in root.rglob("*"):
        if file.is_file():
            os.utime(file, (LONG_AGO, LONG_AGO))


def messages(remarks: list[Remark], path: object) -> list[str]:
    assert all(str(remark).startswith(f"bad: {path} ") for remark in remarks)
    return [remark.message for remark in remarks]


def encoded(*records: object) -> bytes:
    """A bare document of these records, a text standing for its own JSON."""
    texts = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return ('{"invocations": [' + ",".join(texts) + "]}").encode()


def line(*records: object) -> bytes:
    """Lines of these records, a text or bytes standing for themselves."""
    return b"".join(
        (r if isinstance(r, bytes) else (r if isinstance(r, str) else json.dumps(r)).encode())
        + b"\n"
        for r in records
    )


def run(at: int = 0, **fields: object) -> dict[str, object]:
    """An execution of the bad project's agent, ``at`` seconds into a minute."""
    return execution(f"2026-08-03T09:00:{at:02}Z", **{"agent": MARK, **fields})
