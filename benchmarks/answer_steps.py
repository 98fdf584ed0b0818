"""Steps that run queries: from rollups, over ranges of days, and in plain SQL over all rows."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import get_args

from aggregator.calendar import ALL_TIME, GRAINS, Span, bucket, last_days, span
from aggregator.changes import recent_and_earlier
from aggregator.measures import Question, Scope, scope
from aggregator.parameters import Kind, Sort
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.top_skills import SORTS, top_skills
from benchmarks.fleet import END, ZONE
from benchmarks.steps import NOW, StepOutput, sql, warehouse_at
from schema.warehouse import Connection

HEAVY = ("polars", "pandas", "numpy", "pyarrow", "apscheduler", "rich.table", "matplotlib")
"""Libraries that an answer on a terminal does not need."""

_TODAY = (END - timedelta(days=1)).date()
_MONTH_AGO = _TODAY - timedelta(days=35)


@dataclass(frozen=True)
class Case:
    """One query. A ``ranged`` one matches no bucket of one project or of all, so it reads rows."""

    label: str
    question: Question
    sort: Sort = "uses"
    name: str | None = None
    min_uses: int = 1
    limit: int = 20

    @property
    def ranged(self) -> bool:
        chosen = self.question.scope
        return self.question.span.grain is None or not (
            chosen.is_default or len(chosen.projects) == 1
        )

    def ask(self, con: Connection) -> object:
        if self.name is not None:
            return effectiveness(con, self.question, self.name)
        return top_skills(
            con, self.question, sort=self.sort, min_uses=self.min_uses, limit=self.limit
        )

    def ask_raw(self, con: Connection) -> None:
        """Compute the answer with statements over all rows."""
        if self.name is None:
            _raw(con, "raw_measures", self.question, None, by_project=False)
            return
        _raw(con, "raw_measures", self.question, self.name, by_project=False)
        _raw(con, "raw_measures", self.question, self.name, by_project=True)
        for extra in ("raw_errors", "raw_followups", "raw_paths"):
            _raw(con, extra, self.question, self.name)
        for compared in recent_and_earlier(_TODAY):
            over = self.question.over(compared)
            _raw(con, "raw_measures", over, self.name, by_project=True)


def names(warehouse: str) -> StepOutput:
    """The most and the least used skill of the first project, and its agent."""
    with warehouse_at(warehouse).reading() as con:
        return {"seconds": 0.0, **_names(con)}


def answers(warehouse: str, repeats: int, ranged: bool) -> StepOutput:
    """Median and 95th percentile of each query, in one process with the warehouse open."""
    return _time_cases(warehouse, repeats, ranged, lambda case, con: case.ask(con))


def raw_answers(warehouse: str, repeats: int) -> StepOutput:
    """The same for queries that have a rollup, computed from raw rows."""
    return _time_cases(warehouse, repeats, False, lambda case, con: case.ask_raw(con))


def whole_answer(warehouse: str, name: str, repeats: int) -> StepOutput:
    """The median of a whole question as a command asks it, on an open warehouse; on both clocks."""
    from cli.answers import catalogue
    from cli.output import Output
    from cli.query_options import QueryOptions
    from cli.session import Session
    from schema.settings import Settings

    session = Session(Settings(Path(warehouse), ZONE), Output(quiet=True), NOW)
    known, options = catalogue.known(name), QueryOptions()
    wall, cpu = [], []
    with session.warehouse.reading() as con:
        for _ in range(repeats + 1):
            began, spent = time.perf_counter(), time.process_time()
            known.answer(con, session, options, {})
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - spent)
    # The first prepares what later ones find ready.
    return {"seconds": median(wall[1:]), "cpu_s": median(cpu[1:])}


def loaded_modules(warehouse: str, arguments: list[str]) -> StepOutput:
    """The heavy libraries that a command has loaded."""
    from cli.main import main

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), suppress(SystemExit):
        main(["--warehouse", warehouse, *arguments])
    return {"seconds": 0.0, "loaded": [name for name in HEAVY if name in sys.modules]}


def _time_cases(
    warehouse: str,
    repeats: int,
    ranged: bool,
    ask: Callable[[Case, Connection], object],
) -> StepOutput:
    found: dict[str, tuple[float, float]] = {}
    with warehouse_at(warehouse).reading() as con:
        for case in _cases(con):
            if case.ranged != ranged:
                continue
            if repeats > 1:
                ask(case, con)
            times = []
            for _ in range(repeats):
                began = time.perf_counter()
                ask(case, con)
                times.append(time.perf_counter() - began)
            times.sort()
            found[case.label] = times[repeats // 2], times[min(repeats - 1, int(0.95 * repeats))]
    return {"seconds": sum(p50 for p50, _ in found.values()), "cases": found}


def _cases(con: Connection) -> list[Case]:
    everything = scope(con)
    return [*_rankings(everything), *_single(everything, _names(con))]


def _rankings(every: Scope) -> list[Case]:
    one, three = _first(every), Scope(every.projects[:3], False)
    cases = [
        *(_top(f"window {grain}", bucket(grain, _TODAY), every) for grain in GRAINS),
        *(_top(f"period {grain}", bucket(grain, _MONTH_AGO), every) for grain in GRAINS[:3]),
        *(_top(f"kind {kind}", ALL_TIME, every, kind) for kind in get_args(Kind)),
        *(_top(f"window {grain}, one project", bucket(grain, _TODAY), one) for grain in GRAINS),
        *(_top(f"last {count} days", last_days(count, _TODAY), every) for count in (7, 30, 90)),
        _top("since, until: 45 days", span(date(2025, 4, 3), date(2025, 5, 17)), every),
        _top("since: 700 days", span(date(2023, 8, 1), None), every),
        _top("30 days, one project", last_days(30, _TODAY), one),
        _top("all time, three projects", ALL_TIME, three),
    ]
    question = Question(ALL_TIME, every, "all", NOW)
    cases += [Case(f"top-skills, sort {sort}", question, sort) for sort in SORTS]
    cases.append(Case("top-skills, min-uses and limit", question, min_uses=50, limit=5))
    return cases


def _top(label: str, chosen: Span, projects: Scope, kind: Kind = "all") -> Case:
    return Case(f"top-skills, {label}", Question(chosen, projects, kind, NOW))


def _single(every: Scope, known: dict[str, str]) -> list[Case]:
    one = _first(every)
    cases = []
    for what, name in known.items():
        kind: Kind = "agent" if what == "agent" else "skill"
        for label, chosen, projects in (
            ("all time", ALL_TIME, every),
            ("month", bucket("monthly", _MONTH_AGO), every),
            ("week", bucket("weekly", _MONTH_AGO), every),
            ("day", bucket("daily", _MONTH_AGO), every),
            ("all time, one project", ALL_TIME, one),
            ("last 30 days", last_days(30, _TODAY), every),
        ):
            question = Question(chosen, projects, kind, NOW)
            cases.append(Case(f"effectiveness of the {what}, {label}", question, name=name))
    return cases


def _first(every: Scope) -> Scope:
    """The first project by name, which has agents as well."""
    return Scope((min(every.projects, key=lambda project: project.name),), False)


def _names(con: Connection) -> dict[str, str]:
    """Names used in the first project, so that every query about it has an answer."""
    question = Question(ALL_TIME, _first(scope(con)), "all", NOW)
    ranking = top_skills(con, question, limit=10_000).rows
    used = [row.measures.skill_name for row in ranking if row.measures.kind == "skill"]
    agents = [row.measures.skill_name for row in ranking if row.measures.kind == "agent"]
    return {
        "top skill": used[0],
        "rarest skill": used[-1],
        **({"agent": agents[0]} if agents else {}),
    }


def _raw(
    con: Connection, statement: str, question: Question, name: str | None, **more: object
) -> None:
    values = {
        "since": question.span.since,
        "until": question.span.until,
        "kind": question.kind,
        "name": name,
        "projects": question.scope.ids,
        **more,
    }
    con.execute(sql(statement), values).fetchall()
