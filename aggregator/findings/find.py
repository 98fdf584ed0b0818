"""The findings of a question: the one comparison that every command shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from weakref import WeakKeyDictionary

from aggregator.calendar import Span, span
from aggregator.changes import Change, recent_and_earlier
from aggregator.findings import sources
from aggregator.findings.causes import with_causes
from aggregator.findings.finding import PaceChange, Verdict
from aggregator.findings.judge import judge
from aggregator.findings.sample import NO_CELL, NO_HALF, NO_SAMPLE, Cell, Half
from aggregator.health_score import rate_of_good
from aggregator.measures import Question, Scope, ask, scope
from aggregator.observation import observation
from aggregator.presence import Name
from schema.warehouse import Connection

LONG_LIST = 20
"""From so many projects on, all are read: looking a long list up at every row is slow."""


@dataclass(frozen=True)
class Findings:
    """What is said of every skill and agent used in the days that are compared.

    ``today`` is the first day that is not completely observed (``aggregator.observation``);
    ``recent`` are the last complete days, ``earlier`` those before. ``expected_looks`` is how many
    skills are worth a look on average where nothing happened; ``types`` are those of the projects.
    """

    today: date
    recent: Span
    earlier: Span
    verdicts: Mapping[Name, Verdict]
    compared: int
    expected_looks: float
    types: Mapping[str, str | None]

    @property
    def whole(self) -> Span:
        """Recent and earlier days together."""
        return span(self.earlier.since, self.recent.until)

    def of(self, kind: str, name: str) -> Verdict:
        """The verdict on one; of what was not used in these days, that there is not enough data."""
        found = self.verdicts.get((kind, name))
        if found is not None:
            return found
        return Verdict(
            kind,
            name,
            Change(NO_SAMPLE, NO_SAMPLE, None, None, None, 1.0, 1.0, "insufficient data"),
            PaceChange(NO_SAMPLE, NO_SAMPLE, None, None, None, "insufficient data"),
            (),
            {},
        )


_found: WeakKeyDictionary[Connection, dict[object, Findings]] = WeakKeyDictionary()


def find(con: Connection, question: Question) -> Findings:
    """The findings in the projects asked about; span, kind, trigger and source of it do
    not matter.

    Kept for the connection, because nobody else writes while it is open.
    """
    question = replace(question, kind="all", trigger=None, source=None)
    key = (
        tuple(question.scope.ids),
        question.now,
        question.watermark,
        question.recent_days,
        question.earlier_days,
    )
    known = _found.setdefault(con, {})
    if key not in known:
        known[key] = _find(con, question)
    return known[key]


def _find(con: Connection, question: Question) -> Findings:
    day = observation(con, question).open_day
    recent, earlier = recent_and_earlier(day, question.recent_days, question.earlier_days)
    over = question.over(span(earlier.since, recent.until))
    # A project is compared with the others, also when it alone is asked about.
    everywhere = every_project(con, over)
    all_cells, beside = _cells(con, everywhere, recent)
    asked = set(question.scope.ids)
    cells = {
        name: inside
        for name, by_project in all_cells.items()
        if (inside := {each: cell for each, cell in by_project.items() if each in asked})
    }
    types = {each.project_id: each.project_type for each in everywhere.scope.projects}
    good_rates: dict[Name, float] = {}

    def good_rate(name: Name) -> float:
        if not good_rates:
            good_rates.update(_good_rates(con, over, cells))
        return good_rates[name]

    judged = judge(cells, types, good_rate, beside)
    verdicts = with_causes(con, over, recent, judged.verdicts)
    return Findings(day, recent, earlier, verdicts, judged.compared, judged.expected_looks, types)


def every_project(con: Connection, question: Question) -> Question:
    """The question about all active projects, and those it is about anyway."""
    if question.scope.is_default or question.scope.is_everything:
        return question
    active = scope(con).projects
    here = set(question.scope.ids) | {project.project_id for project in active}
    known = {p.project_id: p for p in (*active, *question.scope.projects)}
    chosen = tuple(known[each] for each in sorted(here))
    return replace(question, scope=Scope(chosen, is_default=len(chosen) == len(active)))


def _cells(
    con: Connection, over: Question, recent: Span
) -> tuple[dict[Name, dict[str, Cell]], dict[Name, dict[str, Cell]]]:
    """The cells of each project, to be compared with itself; and to be compared with others."""
    if not sources.are_several(con, over):
        found = _cells_of_projects(con, over, recent)
        return found, found
    by_source = sources.cells_by_source(con, over, recent)
    return (
        {
            name: {project: sources.within_sources(cells) for project, cells in each.items()}
            for name, each in by_source.items()
        },
        {name: sources.between_projects(each) for name, each in by_source.items()},
    )


def _cells_of_projects(
    con: Connection, over: Question, recent: Span
) -> dict[Name, dict[str, Cell]]:
    wanted = set(over.scope.ids)
    if len(wanted) > LONG_LIST:
        over = replace(over, scope=replace(over.scope, is_everything=True))
    found: defaultdict[Name, dict[str, Cell]] = defaultdict(dict)
    rows = ask(con, "findings/cells", over, since_recent=recent.since)
    for row in sorted(rows, key=itemgetter(0, 1, 2, 4)):
        kind, name, project, _, is_now = row[:5]
        if project not in wanted:
            continue
        half, of_name = Half._make(row[5:]), found[kind, name]
        if is_now:
            of_name[project] = Cell(half, of_name.get(project, NO_CELL).before)
        else:
            of_name[project] = Cell(NO_HALF, half)
    return dict(found)


def _good_rates(con: Connection, over: Question, cells: Mapping[Name, object]) -> dict[Name, float]:
    """From which success rate on each has a good score: it depends on the number of its errors."""
    errors: defaultdict[Name, int] = defaultdict(int)
    for _, kind, name, _, _ in ask(con, "reports/errors", over, by="name"):
        errors[kind, name] += 1
    return {name: rate_of_good(errors[name]) for name in cells}
