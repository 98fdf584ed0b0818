"""The screens of ``trends``: a row a name, or the periods of one name with a plot."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.calendar import Span
from aggregator.changes import Change, Drift, Verdict
from aggregator.durations import Pace, Slowing
from aggregator.outcomes import Outcomes
from aggregator.query import Query
from aggregator.reports.trends import PACE_NEWS, Trend, Trends
from aggregator.series import Period
from cli import text
from cli.plot import DOTS, plot_of_rate
from cli.screen import Block, Column, Heading, Line, Table
from cli.sparkline import can_show, sparkline
from cli.terminal import width

NAMED = 3
"""How many names the first lines spell out; the table has the others."""

NO_TERMINAL = 80
"""The width of a plot that goes to a file or a pipe."""

_UNITS = {"daily": "day", "weekly": "week", "monthly": "month"}
_RATES: dict[Verdict, str] = {
    "degrading": "worse",
    "improving": "better",
    "stable": "steady",
    "insufficient data": "too few",
}


def every(found: Trends, query: Query, commands: Sequence[str]) -> list[Block]:
    """What was found, a row each name, and the evidence of what is claimed."""
    unit = _unit(found.open)
    columns = (
        Column("Name", name=True),
        Column("Kind", drop=6),
        Column("Uses", right=True),
        Column(f"By {unit}", drop=2),
        Column(f"This {unit}" if unit != "day" else "Today", right=True, drop=5),
        Column("Success", right=True),
        Column(f"By {unit}", drop=1),
        Column("Median", right=True, drop=4),
        Column("Success is"),
        Column("Time is", drop=3),
    )
    rows = [
        (
            row.skill_name,
            row.kind,
            text.count(row.whole.total_invocations),
            sparkline([each.total_invocations or None for each in row.periods], low=0),
            text.count(row.open.total_invocations),
            text.percent(row.whole.success_rate),
            sparkline([each.success_rate for each in row.periods], 0, 1),
            text.duration(row.typical_duration_ms),
            _RATES[row.rate.verdict],
            "too few" if row.pace.verdict == "insufficient data" else row.pace.verdict,
        )
        for row in found.rows
    ]
    evidence = [
        Line(f"- {row.skill_name}: {claim}; `{command}`")
        for row, command in zip(found.rows, commands, strict=True)
        if (claim := "; ".join(_claims(row, unit, len(found.periods))))
    ]
    more = found.names - len(found.rows)
    blocks: list[Block] = [Line(_rates_found(found)), Line(_paces_found(found)), *evidence]
    blocks.append(Table(columns, rows))
    if more:
        blocks.append(Line(f"{text.counted(more, 'more name')}: --limit {found.names}"))
    return [*blocks, Line(_compared(found), quiet=True), Line(_footer(found, query), quiet=True)]


def one(found: Trends, row: Trend, query: Query, command: str) -> list[Block]:
    """What was found of one name, its rate as a plot, and each period."""
    unit, count = _unit(found.open), len(found.periods)
    whole = row.whole
    last, drift = row.rate.last, row.rate.whole
    verdict = {
        "degrading": "is getting worse",
        "improving": "is getting better",
        "stable": "holds steady",
        "insufficient data": "has too few known outcomes to tell a trend",
    }[row.rate.verdict]
    blocks: list[Block] = [
        Heading(f"{row.skill_name} ({row.kind}) {verdict}{_slower(row.pace.verdict)}"),
        Line(
            f"Success {text.percent(whole.success_rate)} in {text.counted(count, unit)}"
            f" (95% interval {text.interval(whole.success_interval)},"
            f" {text.counted(whole.known, 'known outcome')})"
        ),
        Line(
            f"Over the {text.counted(count, unit)}: {_said(drift)};"
            f" {_rate(drift.later)} in the later half, {_rate(drift.earlier)} in the earlier"
        ),
        Line(
            f"Last {unit} against the one before: {_said(last)};"
            f" {_rate(last.now)}, {_rate(last.before)} before"
        ),
        Line(f"Time, the later half against the earlier: {_pace(row.pace.halves)}"),
        Line(f"Time, last {unit} against the one before: {_pace(row.pace.last)}"),
    ]
    plot = plot_of_rate(
        [each.success_rate for each in row.periods],
        [_short(span) for span in found.periods],
        unit,
        width() or NO_TERMINAL,
    )
    if plot:
        blocks += [Line(""), *(Line(line) for line in plot)]
    elif not can_show(DOTS):
        blocks.append(Line("(The plot needs an output that takes UTF-8.)", quiet=True))
    blocks.append(_periods_table(row.periods, row.open, [*found.periods, found.open], unit))
    blocks.append(Line(f"What lies behind it: `{command}`"))
    return [*blocks, Line(_compared(found), quiet=True), Line(_footer(found, query), quiet=True)]


def _periods_table(periods: list[Period], open_: Period, spans: list[Span], unit: str) -> Table:
    most = max(each.total_invocations for each in [*periods, open_]) or 1
    columns = (
        Column(unit.capitalize()),
        Column("Uses", right=True),
        Column("", drop=4),
        Column("Success", right=True),
        Column("95% interval", right=True, drop=1),
        Column("Known", right=True, drop=3),
        Column("Median", right=True),
        Column("p95", right=True, drop=2),
    )
    rows = [
        (
            _long(span) + (" (open)" if span is spans[-1] else ""),
            text.count(each.total_invocations),
            sparkline([each.total_invocations or None], 0, most),
            text.percent(each.success_rate),
            text.interval(each.success_interval),
            text.count(each.known),
            text.duration(each.p50_duration_ms),
            text.duration(each.p95_duration_ms),
        )
        for each, span in zip([*periods, open_], spans, strict=True)
    ]
    return Table(columns, rows)


def _rates_found(found: Trends) -> str:
    worse, better = found.rates["degrading"], found.rates["improving"]
    steady, few = found.rates["stable"], found.rates["insufficient data"]
    rest = f"{steady} held steady, {few} had too few known outcomes."
    if not worse and not better:
        return f"Nothing got better or worse: of {text.counted(found.names, 'name')}, {rest}"
    parts = []
    if worse:
        names = _named(found, "degrading", worse)
        parts.append(f"{text.counted(worse, 'name')} got worse ({names})")
    if better:
        names = _named(found, "improving", better)
        parts.append(f"{text.counted(better, 'name')} got better ({names})")
    return f"{', '.join(parts)}; {rest}"


def _named(found: Trends, verdict: Verdict | Pace, count: int) -> str:
    """The first of the names of which that is said, and how many more there are."""
    names = [r.skill_name for r in found.rows if verdict in (r.rate.verdict, r.pace.verdict)]
    more = count - len(names[:NAMED])
    return ", ".join([*names[:NAMED], *([f"{more} more"] if more else [])])


def _paces_found(found: Trends) -> str:
    parts = []
    for pace in PACE_NEWS:
        if number := found.paces[pace]:
            names = _named(found, pace, number)
            parts.append(f"{text.counted(number, 'name')} became {pace} ({names})")
    return f"{', '.join(parts)}." if parts else "None became slower or faster."


def _claims(row: Trend, unit: str, count: int) -> list[str]:
    last, drift = row.rate.last, row.rate.whole
    said = []
    if last.verdict in ("degrading", "improving"):
        said.append(
            f"{_rate(last.now)} last {unit}, {_rate(last.before)} before"
            f" ({_points(last.change, last.low, last.high)})"
        )
    if drift.verdict in ("degrading", "improving"):
        said.append(
            f"{_rate(drift.later)} in the later half, {_rate(drift.earlier)} in the earlier"
            f" (over {text.counted(count, unit)} {_points(drift.change, drift.low, drift.high)})"
        )
    if row.pace.last.verdict in ("slower", "faster"):
        said.append(f"last {unit} {_pace(row.pace.last)}")
    if row.pace.halves.verdict in ("slower", "faster"):
        said.append(f"the later half {_pace(row.pace.halves)}")
    return said


def _said(found: Change | Drift) -> str:
    word = {
        "degrading": "worse",
        "improving": "better",
        "stable": "no clear change",
        "insufficient data": "too few known outcomes",
    }[found.verdict]
    if found.change is None or found.verdict == "insufficient data":
        return word
    return f"{word} ({_points(found.change, found.low, found.high)})"


def _rate(counts: Outcomes) -> str:
    """A rate is never without its number."""
    if not counts.known:
        return "none known"
    return f"{text.percent(counts.success_rate)} of {text.count(counts.known)}"


def _points(change: float | None, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return text.points(change)
    return f"{text.points(change)}, 95% interval {low * 100:+.0f} to {high * 100:+.0f}"


def _pace(slowing: Slowing) -> str:
    sizes = f"{slowing.count} and {slowing.count_before} durations"
    if slowing.ratio is None or slowing.verdict == "insufficient data":
        return f"too few durations ({sizes})"
    word = "no clear change" if slowing.verdict == "steady" else slowing.verdict
    share = ""
    if slowing.superiority is not None:
        share = f", longer in {slowing.superiority:.0%} of pairs"
    return f"{word} ({slowing.ratio:.2f} times the median before{share}; {sizes})"


def _slower(pace: Pace) -> str:
    return f" and became {pace}" if pace in ("slower", "faster") else ""


def _compared(found: Trends) -> str:
    """Which periods were compared, and that the open one was not."""
    unit = _unit(found.open)
    first, last = _long(found.periods[0]), _long(found.periods[-1])
    count = text.counted(len(found.periods), f"complete {unit}")
    return f"{count}, {first} to {last}; {_long(found.open)} is open and not compared"


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
