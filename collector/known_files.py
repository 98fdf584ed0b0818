"""What the warehouse knows of every file from the runs before."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from collector.file_records import NameTotals
from collector.read_results import Checkpoint, State
from schema.statements import statement
from schema.warehouse import Connection


@dataclass(frozen=True)
class KnownFile:
    """One file as the last run left it."""

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


def known_files(con: Connection) -> dict[str, dict[str, KnownFile]]:
    """All files by project id, then by path."""
    known: dict[str, dict[str, KnownFile]] = {}
    for row in con.execute(statement("collector/sql/known_files.sql")).fetchall():
        totals = {name: NameTotals(**numbers) for name, numbers in json.loads(row[11]).items()}
        known.setdefault(row[0], {})[row[1]] = KnownFile(
            state=row[2],
            detail=row[3] or "",
            fingerprint=row[4],
            checkpoint=json.loads(row[5]),
            size_bytes=row[6],
            records=row[7],
            rejected=row[8],
            ignored=row[9],
            findings=Counter(json.loads(row[10])),
            read_totals=totals,
        )
    return known
