"""The verdicts that the last refresh found, to be read instead of being found again.

Nothing but the computation decides what a verdict is: what is stored is its result, with all that
it was made from (``Basis``). Where any of that is different, nothing stored is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from aggregator.changes import Change
from aggregator.findings.finding import Finding, Group, Judged, PaceChange, Verdict
from aggregator.findings.rules import rules
from aggregator.findings.sample import Cell, Half, Sample
from schema.connection import Connection
from schema.frozen import dataclass
from schema.statements import run_all, statement


@dataclass(frozen=True)
class Basis:
    """What verdicts are found from, apart from the rows, of which nothing may be stale.

    ``types`` are those of the projects, by id. ``tells_sources``: whether all rows of these days
    are there to tell by which source they were recorded.
    """

    day: date
    recent_days: int
    earlier_days: int
    types: Mapping[str, str | None]
    tells_sources: bool

    @cached_property
    def text(self) -> str:
        """All of it as text, equal where everything is equal."""
        projects = sorted(self.types.items())
        days = [self.day.isoformat(), self.recent_days, self.earlier_days]
        return json.dumps([rules(), days, projects, self.tells_sources])


def read(con: Connection, basis: Basis) -> Judged | None:
    """What the last refresh found; None where it is not about this."""
    found = con.execute(statement("aggregator/findings/basis.sql")).fetchall()
    if not found or found[0][0] != basis.text:
        return None
    [(_, compared, expected_looks, _)] = found
    rows = con.execute(statement("aggregator/findings/stored_verdicts.sql")).fetchall()
    return Judged(
        {(kind, name): _verdict(kind, name, verdict, cells) for kind, name, verdict, cells in rows},
        compared,
        expected_looks,
    )


def write(con: Connection, basis: Basis, judged: Judged, today: date) -> None:
    """Store what was found, in place of what was stored; call it in a transaction."""
    forget(con)
    con.execute(
        statement("aggregator/findings/store_basis.sql"),
        {
            "basis": basis.text,
            "found_on": today,
            "compared": judged.compared,
            "expected_looks": judged.expected_looks,
        },
    ).fetchall()
    con.execute(
        statement("aggregator/findings/store_verdicts.sql"),
        {
            "rows": [
                {
                    "kind": kind,
                    "skill_name": name,
                    "verdict": _verdict_text(each),
                    "cells": json.dumps({key: list(cell) for key, cell in each.cells.items()}),
                }
                for (kind, name), each in judged.verdicts.items()
            ]
        },
    ).fetchall()


def forget(con: Connection) -> None:
    """Delete what is stored."""
    run_all(con, "aggregator/findings/forget.sql", {})


class _Cells(Mapping[str, Cell]):
    """The cells of a verdict, which few answers look at."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _cells(self) -> dict[str, Cell]:
        found = json.loads(self._text)
        return {each: Cell(Half(*now), Half(*before)) for each, (now, before) in found.items()}

    def __getitem__(self, key: str) -> Cell:
        return self._cells[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def _verdict_text(verdict: Verdict) -> str:
    change, pace = verdict.change, verdict.pace
    return json.dumps(
        [
            # Of samples, not of what they are a kind of: see ``judge``.
            [_numbers(change.now), _numbers(change.before), *list(vars(change).values())[2:]],
            [_numbers(pace.now), _numbers(pace.before), *list(vars(pace).values())[2:]],
            [_finding_parts(each) for each in verdict.findings],
        ]
    )


def _numbers(sample: object) -> list[Any]:
    return list(vars(sample).values())


def _finding_parts(finding: Finding) -> list[Any]:
    matter, group, here, there, *rest = vars(finding).values()
    return [matter, _numbers(group), _numbers(here), _numbers(there), *rest]


def _verdict(kind: str, name: str, text: str, cells: str) -> Verdict:
    change, pace, findings = json.loads(text)
    return Verdict(
        kind,
        name,
        Change(Sample(*change[0]), Sample(*change[1]), *change[2:]),
        PaceChange(Sample(*pace[0]), Sample(*pace[1]), *pace[2:]),
        tuple(_finding(each) for each in findings),
        _Cells(cells),
    )


def _finding(parts: list[Any]) -> Finding:
    matter, (kind, value, projects, of), here, there, *rest = parts
    group = Group(kind, value, tuple(projects), of)
    return Finding(matter, group, Sample(*here), Sample(*there), *rest)
