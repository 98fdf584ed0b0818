"""The comparison itself: what is said of each skill, from its rows and statistics.

Imported only where nothing is stored, see ``aggregator.findings.stored``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter

from aggregator.calendar import Span
from aggregator.findings import sources
from aggregator.findings.causes import with_causes
from aggregator.findings.finding import Judged
from aggregator.findings.judge import judge
from aggregator.findings.sample import NO_CELL, NO_HALF, Cell, Half
from aggregator.health_score import rate_of_good
from aggregator.measures import Question, ask
from aggregator.presence import Name
from schema.warehouse import Connection

LONG_LIST = 20
"""From so many projects on, all are read: looking a long list up at every row is slow."""


def compare(con: Connection, over: Question, everywhere: Question, recent: Span) -> Judged:
    """The verdicts in the projects of ``over``: its ``recent`` days against those before.

    A project is compared with the others ``everywhere``, also when it alone is asked about.
    """
    all_cells, beside = _cells(con, everywhere, recent)
    asked = set(over.scope.ids)
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
    return replace(judged, verdicts=with_causes(con, over, recent, judged.verdicts))


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
