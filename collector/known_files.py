"""What the warehouse knows of every file from the runs before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
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
    _all: KnownFiles = field(repr=False, compare=False)

    @property
    def remembered(self) -> Remembered:
        """What a reading of it goes on from; read from the warehouse at the first use.

        Nothing where the file was purged meanwhile.
        """
        return self._all.remembered.get((self.project_id, self.path), _NOTHING)


_NOTHING = Remembered({})


class KnownFiles:
    """All files that the last runs left; ``con`` is open on the warehouse.

    What is remembered of them is read at its first use, on the engine of ``beside`` if that is set:
    it is much, and not needed where no file has changed.
    """

    def __init__(self, con: Connection, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self.beside: Connection | None = None
        self._of_projects: dict[str, dict[str, KnownFile]] = {}
        rows = con.execute(statement("collector/sql/known_files.sql")).fetchall()
        for project_id, path, state, detail, fingerprint, size_bytes in rows:
            self._of_projects.setdefault(project_id, {})[path] = KnownFile(
                project_id, path, state, detail or "", fingerprint, size_bytes, self
            )

    def of(self, project_id: str) -> Mapping[str, KnownFile]:
        """The files of a project by path."""
        return self._of_projects.get(project_id, {})

    @cached_property
    def remembered(self) -> dict[tuple[str, str], Remembered]:
        """What readings go on from, by project id and path."""
        query = statement("collector/sql/remembered_files.sql")
        with self._warehouse.reading(beside=self.beside) as con:
            rows = con.execute(query).fetchall()
        return {(row[0], row[1]): _remembered(*row[2:]) for row in rows}


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
