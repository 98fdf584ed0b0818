"""What a project's databases say, and what they come to with its documents, in plain Python.

A neighbour of ``oracle.py`` and like it without a line of the product: the databases are read with
the standard library's sqlite3, from copies, so that asking changes nothing.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oracle import Key, Row, completeness, invocation, merge, numbered, read_document, read_project

Told = tuple[Row, str | None]
"""What a database says of one invocation: the row, and the workflow's phase."""

DATABASE = ".session-buddy/skills.db"
LEGACY = ".crackerjack/skill_metrics.json"


def read_database(file: Path, project: str, zone: ZoneInfo) -> list[Told]:
    """Every invocation in a ``skills.db``, in the order of ids; of a folder, in the one within."""
    if file.is_dir():
        return _bridged(_rows(file / file.name, "skill_invocations"), project, zone)
    return _invocations(_rows(file, "skill_invocation"), project, zone)


def _rows(file: Path, table: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("", "-wal", "-journal"):
            beside = file.with_name(file.name + ending)
            if beside.exists():
                shutil.copyfile(beside, Path(folder, "copy.db" + ending))
        with closing(sqlite3.connect(Path(folder, "copy.db"))) as con:
            con.row_factory = sqlite3.Row
            found = con.execute(f"select * from {table} order by id").fetchall()
    return [dict(row) for row in found]


def _list(text: str | None) -> list[Any]:
    return [] if text is None else list(json.loads(text))


def _offers(row: dict[str, Any]) -> list[Any] | None:
    text = row["alternatives_considered"]
    return None if text is None else list(json.loads(text))


def _invocations(found: list[dict[str, Any]], project: str, zone: ZoneInfo) -> list[Told]:
    """Session-buddy's table: no list means an empty one, an import has no session."""
    records = []
    for row in found:
        imported = row["session_id"] == "migrated"
        records.append(
            {
                **row,
                "session_id": None if imported else row["session_id"],
                "follow_up_actions": _list(row["follow_up_actions"]),
                "alternatives_considered": _list(row["alternatives_considered"]),
            }
        )
    return _told(records, project, zone)


def _bridged(found: list[dict[str, Any]], project: str, zone: ZoneInfo) -> list[Told]:
    """The bridge's table: when a row was made, in UTC, is when the skill began."""
    records = []
    for row in found:
        records.append(
            {
                **row,
                "invoked_at": f"{row['created_at']}Z",
                "duration_seconds": _seconds(row["created_at"], row["completed_at"]),
                "follow_up_actions": _list(row["follow_up_actions"]),
                "alternatives_considered": _offers(row),
            }
        )
    return _told(records, project, zone)


def _seconds(created_at: Any, completed_at: Any) -> int | None:
    """How long it took; None where one of the clock's readings is none."""
    try:
        span = datetime.fromisoformat(completed_at) - datetime.fromisoformat(created_at)
    except (TypeError, ValueError):
        return None
    return span // timedelta(seconds=1)


def _told(records: list[dict[str, Any]], project: str, zone: ZoneInfo) -> list[Told]:
    rows = [invocation(record, project, zone, placeholders=True) for record in records]
    kept = [(row, record) for row, record in zip(rows, records, strict=True) if row is not None]
    counted = numbered(row for row, _ in kept)
    return [
        (row, record.get("workflow_phase") or None)
        for row, (_, record) in zip(counted, kept, strict=True)
    ]


def united(documents: Iterable[Row], databases: Iterable[Told]) -> dict[Key, Told]:
    """All invocations, each once, in its fullest state; the document's, where both are as full.

    ``documents`` are the states that were seen, the newest last. What has no session in a database
    may be an import from a document: then it is the invocation of that name and time there, the
    ones without a session first. A phase is the first by the alphabet of those that were told.
    """
    told = list(databases)
    best: dict[Key, Told] = {key: (row, None) for key, row in merge(documents).items()}
    for row, phase in told:
        if row.session_id is not None:
            _add(best, row, phase)
    named: defaultdict[tuple[str, Any], list[Row]] = defaultdict(list)
    for row, _ in best.values():
        if row.kind == "skill":
            named[row.name, row.invoked_at].append(row)
    for row, phase in told:
        if row.session_id is None:
            same = sorted(
                named[row.name, row.invoked_at], key=lambda r: (r.session_id or "", r.occurrence)
            )
            if row.occurrence <= len(same):
                which = same[row.occurrence - 1]
                row = replace(row, session_id=which.session_id, occurrence=which.occurrence)
            _add(best, row, phase)
    return best


def _add(best: dict[Key, Told], row: Row, phase: str | None) -> None:
    known = best.get(row.key)
    if known is None:
        best[row.key] = row, phase
        return
    phases = [each for each in (known[1], phase) if each is not None]
    fuller = completeness(row) > completeness(known[0])
    best[row.key] = row if fuller else known[0], min(phases, default=None)


def read_stores(root: Path, project: str, zone: ZoneInfo) -> list[Told]:
    """Everything that a project's files and databases say now, each invocation once."""
    documents = read_project(root, project, zone)
    if (root / LEGACY).is_file():
        # Nothing is written there any more: whatever else tells of an invocation is newer.
        legacy = read_document((root / LEGACY).read_text(encoding="utf-8"), project, zone)
        documents = [*legacy, *documents]
    database = root / DATABASE
    there = read_database(database, project, zone) if database.exists() else []
    return list(united(documents, there).values())
