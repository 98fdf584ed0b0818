"""What the warehouse knows of every file from the runs before."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import field
from functools import cached_property

from collector.file_records import NameTotals
from collector.read_results import Checkpoint, State
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, Warehouse


@dataclass(frozen=True)
class Remembered:
    """What a reading goes on from: where it ended, and what was read up to there."""

    checkpoint: Checkpoint
    records: int = 0
    rejected: int = 0
    ignored: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    read_totals: dict[str, NameTotals] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownFile:
    """One file as the last run left it."""

    project_id: str
    path: str
    state: State
    detail: str
    fingerprint: str
    size_bytes: int
    _all: _Everything = field(repr=False, compare=False)

    @property
    def remembered(self) -> Remembered:
        """What a reading of it goes on from; read from the warehouse at the first use.

        Nothing where the file was purged meanwhile.
        """
        return self._all.of_file.get((self.project_id, self.path), _NOTHING)


_NOTHING = Remembered({})


@dataclass(frozen=True)
class _Everything:
    """What is remembered of all files: much, and not needed where no file has changed."""

    warehouse: Warehouse

    @cached_property
    def of_file(self) -> dict[tuple[str, str], Remembered]:
        """By project id and path."""
        query = statement("collector/sql/remembered_files.sql")
        with self.warehouse.reading() as con:
            rows = con.execute(query).fetchall()
        return {(row[0], row[1]): _remembered(*row[2:]) for row in rows}


def known_files(con: Connection, warehouse: Warehouse) -> dict[str, dict[str, KnownFile]]:
    """All files by project id, then by path; ``con`` is open on the warehouse."""
    known: dict[str, dict[str, KnownFile]] = {}
    everything = _Everything(warehouse)
    rows = con.execute(statement("collector/sql/known_files.sql")).fetchall()
    for project_id, path, state, detail, fingerprint, size_bytes in rows:
        known.setdefault(project_id, {})[path] = KnownFile(
            project_id, path, state, detail or "", fingerprint, size_bytes, everything
        )
    return known


def _remembered(
    checkpoint: str, records: int, rejected: int, ignored: int, findings: str, totals: str
) -> Remembered:
    return Remembered(
        json.loads(checkpoint),
        records,
        rejected,
        ignored,
        Counter(json.loads(findings)),
        {name: NameTotals(**numbers) for name, numbers in json.loads(totals).items()},
    )
