"""The screens of ``trends``: one row per skill and agent, or the periods of one with a plot."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator import text, weekdays
from aggregator.calendar import Span
from aggregator.changes import Verdict
from aggregator.durations import Pace
from aggregator.findings.words import in_words
from aggregator.findings.words import word as verdict_word
from aggregator.query import Query
from aggregator.reports.trends import PACE_NEWS, Trend, Trends
from aggregator.series import Period
from cli.commands.blocks import finding_lines
from cli.plot import DOTS, plot_of_rate
from cli.screen import Block, Column, Heading, Line, Table
from cli.sparkline import can_show, sparkline
from cli.terminal import width
from cli.verdicts import word

NAMED = 3
"""Names listed in the first lines; the table has the others."""

NO_TERMINAL = 80
"""Width of a plot that goes to a file or a pipe."""

_UNITS = {"daily": "day", "weekly": "week", "monthly": "month"}


def every(found: Trends, query: Query, commands: Sequence[str]) -> list[Block]:
    """The result, its evidence, and one row per skill and agent."""
    unit = _unit(found.open)
    columns: list[Column[Trend]] = [
        Column("Name", lambda row: row.skill_name, name=True),
        Column("Kind", lambda row: row.kind, drop=7),
        Column.count("Uses", lambda row: row.whole.total_invocations, drop=1),
        Column(
            f"By {unit}", lambda row: sparkline([each.uses for each in row.periods], low=0), drop=3
        ),
        Column.count(
            f"This {unit}" if unit != "day" else "Today", lambda row: row.open.uses, drop=6
        ),
        Column.rate("Success", lambda row: row.whole.success_rate),
        Column(
            f"By {unit}",
            lambda row: sparkline([each.success_rate for each in row.periods], 0, 1),
            drop=2,
        ),
        Column.duration("Median", lambda row: row.typical_duration_ms, drop=5),
        Column("Success: change", lambda row: word(row.verdict.change.verdict)),
        Column("Duration: change", lambda row: word(row.verdict.pace.verdict), drop=4),
    ]
    compared = found.findings
    evidence = [
        Line(
            f"- {row.skill_name}:"
            f" {in_words(row.verdict, query.project_names, compared.recent, compared.earlier)};"
            f" `{command}`"
        )
        for row, command in zip(found.rows, commands, strict=True)
        if row.verdict.findings
    ]
    evidence += [
        Line(f"- {row.skill_name}: {weekdays.in_words(each)}")
        for row in found.rows
        for each in row.weekdays
    ]
    more = found.names - len(found.rows)
    blocks: list[Block] = [Line(f"{_rates_found(found)} {_paces_found(found)}"), *evidence]
    blocks.append(Table(columns, found.rows))
    if more:
        blocks.append(Line(f"{more:,} more: --limit {found.names}"))
    return [*blocks, Line(_compared(found), quiet=True), Line(_footer(found, query), quiet=True)]


def one(found: Trends, row: Trend, query: Query, command: str) -> list[Block]:
    """The result for one skill or agent, its success rate as a plot, and each period."""
    unit, count = _unit(found.open), len(found.periods)
    whole = row.whole
    compared = found.findings
    blocks: list[Block] = [
        Heading(f"{row.skill_name} ({row.kind}): {verdict_word(row.verdict)}"),
        *finding_lines(row.verdict, compared, query),
        Line(
            f"Success {text.percent(whole.success_rate)} in {text.counted(count, unit)}"
            f" (95% interval {text.interval(whole.success_interval)},"
            f" {text.counted(whole.known, 'outcome')})"
        ),
    ]
    blocks += [Line(weekdays.in_words(each)) for each in row.weekdays]
    plot = plot_of_rate(
        [each.success_rate for each in row.periods],
        [_short(span) for span in found.periods],
        unit,
        width() or NO_TERMINAL,
    )
    if plot:
        blocks += [Line(""), *(Line(line) for line in plot)]
    elif not can_show(DOTS):
        blocks.append(Line("(No plot: the output is not UTF-8.)", quiet=True))
    blocks.append(_periods_table(row.periods, row.open, [*found.periods, found.open], unit))
    blocks.append(Line(f"Details: `{command}`"))
    return [*blocks, Line(_compared(found), quiet=True), Line(_footer(found, query), quiet=True)]


def _periods_table(periods: list[Period], open_: Period, spans: list[Span], unit: str) -> Block:
    most = max(each.total_invocations for each in [*periods, open_]) or 1
    columns: list[Column[tuple[Period, Span]]] = [
        Column(
            unit.capitalize(),
            lambda each: _long(each[1]) + (" (so far)" if each[1] is spans[-1] else ""),
        ),
        Column.count("Uses", lambda each: each[0].uses),
        Column("", lambda each: sparkline([each[0].uses], 0, most), drop=4),
        Column.rate("Success", lambda each: each[0].success_rate),
        Column.interval(lambda each: each[0].success_interval, drop=1),
        Column.count("Outcomes", lambda each: each[0].outcomes, drop=3),
        Column.duration("Median", lambda each: each[0].p50_duration_ms),
        Column.duration("p95", lambda each: each[0].p95_duration_ms, drop=2),
    ]
    return Table(columns, list(zip([*periods, open_], spans, strict=True)))


def _rates_found(found: Trends) -> str:
    worse, better = found.rates["degrading"], found.rates["improving"]
    unchanged, few = found.rates["stable"], found.rates["insufficient data"]
    rest = f"{unchanged} unchanged" + (f", {few} without enough data." if few else ".")
    if not worse and not better:
        return f"None of {text.skills_and_agents(found.names)} got better or worse: {rest}"
    parts = []
    if worse:
        names = _named(found, "degrading", worse)
        parts.append(f"{worse} of {found.names} got worse{names}.")
    if better:
        names = _named(found, "improving", better)
        parts.append(f"{better} of {found.names} got better{names}.")
    return f"{' '.join(parts)} {rest}"


def _named(found: Trends, verdict: Verdict | Pace, count: int) -> str:
    """``: a, b, c, 2 more``, the first with that verdict; empty if no row shows one."""
    names = [
        row.skill_name
        for row in found.rows
        if verdict in (row.verdict.change.verdict, row.verdict.pace.verdict)
    ]
    more = count - len(names[:NAMED])
    listed = ", ".join([*names[:NAMED], *([f"{more} more"] if more else [])])
    return f": {listed}" if names else ""


def _paces_found(found: Trends) -> str:
    parts = []
    for pace in PACE_NEWS:
        if number := found.paces[pace]:
            names = _named(found, pace, number)
            parts.append(f"{number} became {pace}{names}.")
    return " ".join(parts) or "No change in duration."


def _compared(found: Trends) -> str:
    """Which days were compared, and which periods are shown."""
    unit, compared = _unit(found.open), found.findings
    first, last = _long(found.periods[0]), _long(found.periods[-1])
    count = text.counted(len(found.periods), f"full {unit}")
    return (
        f"Compared: the last {compared.recent.days} days with the {compared.earlier.days} before,"
        f" without today. Shown: {count} ({first} to {last})."
    )


def _footer(found: Trends, query: Query) -> str:
    return query.footer().partition(" | ")[2]


def _unit(span: Span) -> str:
    return _UNITS[str(span.grain)]


def _long(span: Span) -> str:
    assert span.since is not None
    if span.grain == "weekly":
        year, week, _ = span.since.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return span.since.isoformat()[: 7 if span.grain == "monthly" else 10]


def _short(span: Span) -> str:
    """At most nine characters, for the axis of a plot."""
    return _long(span)[5:] if span.grain == "daily" else _long(span)
