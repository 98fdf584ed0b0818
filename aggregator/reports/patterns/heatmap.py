"""When work is done, weekday by hour; or which skill takes which workflow path."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from aggregator.measures import Question, ask
from aggregator.outcomes import Outcomes
from aggregator.parameters import LIMIT
from aggregator.reports.patterns.rows import Scanned, rows_asked, scanned
from schema import zones
from schema.warehouse import Connection, reporting_zone


@dataclass(frozen=True)
class Hour:
    """An hour of a weekday (1 is Monday), by the clock of the reporting zone."""

    weekday: int
    hour: int
    cell: Outcomes


@dataclass(frozen=True)
class Way:
    """A skill or an agent on a workflow path; None stands for none given."""

    kind: str
    skill_name: str
    workflow_path: str | None
    cell: Outcomes


@dataclass(frozen=True)
class Hours:
    """Every hour of the week with any use, in their order."""

    cells: list[Hour]
    total_invocations: int
    scanned: Scanned


@dataclass(frozen=True)
class Ways:
    """Names, most used first, on every path that any use was noted on, of ``names`` in all."""

    cells: list[Way]
    total_invocations: int
    names: int
    paths: int


def hours(con: Connection, question: Question) -> Hours:
    """Uses by weekday and hour. Archived days know no hour, and are left out and counted."""
    zone = reporting_zone(con)
    zones.prepare(con, [zone])
    rows = rows_asked(con, question, "hours")
    found = [Hour(weekday, hour, Outcomes(*counts)) for weekday, hour, *counts in rows]
    total = sum(each.cell.total_invocations for each in found)
    return Hours(found, total, scanned(con, question))


def ways(con: Connection, question: Question, limit: int = LIMIT.default) -> Ways:
    """Uses by name and workflow path, of the ``limit`` names used most on any named path."""
    rows = ask(con, "reports/paths", question, by="name")
    given = [Way(kind, name, path, Outcomes(*counts)) for kind, name, path, *counts in rows]
    on_paths: Counter[tuple[str, str]] = Counter()
    for way in given:
        if way.workflow_path is not None:
            on_paths[way.kind, way.skill_name] += way.cell.total_invocations
    order = sorted(on_paths, key=lambda name: (-on_paths[name], name[1], name[0]))
    place = {name: number for number, name in enumerate(order[:limit])}
    shown = [way for way in given if (way.kind, way.skill_name) in place]
    shown.sort(
        key=lambda way: (
            place[way.kind, way.skill_name],
            way.workflow_path is None,
            -way.cell.total_invocations,
            way.workflow_path or "",
        )
    )
    paths = {way.workflow_path for way in given if way.workflow_path is not None}
    return Ways(shown, sum(on_paths.values()), len(order), len(paths))
