"""``patterns heatmap``: uses by weekday and hour, or by workflow path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import HEATMAP_BY, HeatmapBy
from aggregator.text import WEEKDAYS
from cli.ask import RowOptions, ask
from cli.commands.blocks import nothing
from cli.commands.pattern_blocks import in_span
from cli.options import BegunByOption, RowsLimitOption, option
from cli.sparkline import can_show

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.outcomes import Outcomes
    from aggregator.presence import Name
    from aggregator.query import Query
    from aggregator.reports.patterns.heatmap import Hour, Hours, Ways
    from cli.screen import Block

    ByPath = tuple[Name, dict[str | None, Outcomes]]

SHADES = "·░▒▓█"
ASCII_SHADES = ".-+*#"
"""The same five shades for a terminal or a file whose encoding has none."""
PATHS_SHOWN = 6
"""Workflow paths that get a column; JSON has all."""


def heatmap(
    context: typer.Context,
    *,
    by: Annotated[HeatmapBy, option(HEATMAP_BY)],
    options: RowOptions,
    limit: RowsLimitOption,
    trigger: BegunByOption,
) -> None:
    """Uses by weekday and hour, or by workflow path."""
    ask(
        context,
        "patterns-heatmap",
        options,
        lambda result: _screen(result.data, result.query),
        by=by,
        limit=limit,
        trigger=trigger,
        is_long=True,
    )


def _screen(found: Hours | Ways, query: Query) -> list[Block]:
    from aggregator.answers.patterns.heatmap import warnings
    from aggregator.reports.patterns.heatmap import Ways
    from cli.screen import Line

    shown = [each for each in warnings(found, query) if each != query.unobserved]
    notes = [Line(f"Note: {each}") for each in shown]
    if not found.cells:
        is_of_hours = not isinstance(found, Ways) and not found.scanned.archived
        if is_of_hours or query.nothing_recorded:
            return nothing(query)
        said = "no use records a workflow path" if isinstance(found, Ways) else "no use has a time"
        return [Line(f"Not enough data: {said} ({query.question.span.label()})."), *notes]
    blocks = _by_path(found, query) if isinstance(found, Ways) else _by_hour(found, query)
    blocks += notes
    return [*blocks, Line(query.footer(), quiet=True)]


def _by_hour(found: Hours, query: Query) -> list[Block]:
    from cli.screen import Heading, Line

    at = {(hour.weekday, hour.hour): hour.cell.total_invocations for hour in found.cells}
    most = max(at.values())
    lines: list[Block] = [
        Heading(in_span(_busiest(found.cells, found.total_invocations), query)),
        Line(""),
    ]
    shades = SHADES if can_show(SHADES) else ASCII_SHADES
    lines.append(Line("     " + "".join(f"{hour:02}    " for hour in range(0, 24, 3)) + "    Uses"))
    for weekday, name in enumerate(WEEKDAYS, start=1):
        counts = [at.get((weekday, hour), 0) for hour in range(24)]
        cells = "".join(_shade(count, most, shades) * 2 for count in counts)
        lines.append(Line(f"{name[:3]}  {cells}  {sum(counts):>6,}"))
    return [*lines, Line(_legend(most, shades), quiet=True)]


def _busiest(cells: list[Hour], total: int) -> str:
    first = max(cells, key=lambda each: each.cell.total_invocations)
    weekend = sum(each.cell.total_invocations for each in cells if each.weekday > 5)
    return (
        f"Busiest hour: {WEEKDAYS[first.weekday - 1]} {first.hour:02}:00-{first.hour + 1:02}:00"
        f" ({first.cell.total_invocations:,} of {text.counted(total, 'use')},"
        f" {text.percent(first.cell.total_invocations / total)})."
        f" Weekends: {text.percent(weekend / total)}"
    )


def _shade(count: int, most: int, shades: str) -> str:
    """The first shade for none, then one for each quarter of the busiest hour."""
    steps = len(shades) - 1
    return shades[-(-count * steps // most)]


def _legend(most: int, shades: str) -> str:
    steps = len(shades) - 1
    ends = [most * step // steps for step in range(steps + 1)]
    labels = [f"{shades[0]} none"]
    for step in range(1, steps + 1):
        least, greatest = ends[step - 1] + 1, ends[step]
        if least <= greatest:
            labels.append(
                f"{shades[step]} {least:,}"
                if least == greatest
                else f"{shades[step]} {least:,}-{greatest:,}"
            )
    return f"Uses: {', '.join(labels)}"


def _by_path(found: Ways, query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    uses: dict[str, int] = {}
    names: dict[Name, dict[str | None, Outcomes]] = {}
    for way in found.cells:
        names.setdefault((way.kind, way.skill_name), {})[way.workflow_path] = way.cell
        if way.workflow_path is not None:
            uses[way.workflow_path] = uses.get(way.workflow_path, 0) + way.cell.total_invocations
    paths = sorted(uses, key=lambda path: (-uses[path], path))[:PATHS_SHOWN]
    first = max(
        (way for way in found.cells if way.workflow_path is not None),
        key=lambda way: way.cell.total_invocations,
    )
    found_first = (
        f"Most used: {first.skill_name} on path {first.workflow_path},"
        f" {first.cell.total_invocations:,} of {text.counted(found.total_invocations, 'use')} with"
        f" a path; {text.percent(first.cell.success_rate)} of {first.cell.known:,} succeeded"
    )
    columns: list[Column[ByPath]] = [
        Column("Name", lambda row: row[0][1], name=True),
        Column("Kind", lambda row: row[0][0], drop=len(paths) + 2),
        *(
            Column(text.plain(path), _cell_of(path), right=True, drop=place, name=True)
            for place, path in enumerate(paths)
        ),
        Column("(no path)", _cell_of(None), right=True, drop=len(paths) + 1),
    ]
    shown = f"{len(names):,} of " if len(names) < found.names else ""
    more = f", {PATHS_SHOWN} of {found.paths} paths" if found.paths > PATHS_SHOWN else ""
    totals = (
        f"{shown}{text.skills_and_agents(found.names)}{more}. Each cell: uses, and success rate."
    )
    hint = "One skill by workflow path: `skillhouse effectiveness NAME`"
    return [
        Heading(in_span(found_first, query)),
        Table(columns, list(names.items())),
        Line(totals),
        Line(hint, quiet=True),
    ]


def _cell_of(path: str | None) -> Callable[[ByPath], str]:
    def uses_and_rate(row: ByPath) -> str:
        cell = row[1].get(path)
        if cell is None:
            return "."
        rate = "" if cell.success_rate is None else f" {cell.success_rate * 100:.0f}%"
        return f"{cell.total_invocations:,}{rate}"

    return uses_and_rate
