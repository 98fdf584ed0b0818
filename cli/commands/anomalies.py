"""``anomalies``: unusual days."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import typer

from aggregator import text
from cli.ask import DayOptions
from cli.commands.blocks import nothing
from cli.diagnostics import progress
from cli.options import OptionalNameArgument, RowsLimitOption
from cli.query_options import resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.anomalies import Anomalies, Anomaly
    from cli.screen import Block

_MEASURES = {"uses": "uses", "success_rate": "success rate", "duration": "median duration"}
_EVERYTHING = "(everything)"


def anomalies(
    context: typer.Context,
    *,
    name: OptionalNameArgument,
    options: DayOptions,
    limit: RowsLimitOption,
) -> None:
    """Days with unusual usage, success rate or duration."""
    session: Session = context.obj
    shown = not session.output.quiet and session.output.for_people
    with (
        progress(shown, "Checking") as bar,
        reading(session, "aggregator.answers.anomalies") as con,
    ):
        from aggregator.answers import anomalies as answers
        from aggregator.known_names import full_name

        name = name and full_name(con, name)
        result = answers.anomalies(
            con, resolve(con, session.now, options), name=name, limit=limit, progress=bar
        )
    session.output.emit(
        answered(session, "anomalies", result), lambda: _screen(result.data, result.query)
    )


def _screen(found: Anomalies, query: Query) -> list[Block]:
    from aggregator.answers.anomalies import details_of, notes
    from aggregator.statistics.anomalies import LEVEL
    from cli.screen import Column, Heading, Line, Table

    if found.span is None or not found.names:
        return nothing(query)
    blocks: list[Block] = [Heading(_found(found))]
    if found.rows:
        columns: list[Column[Anomaly]] = [
            Column("Day", lambda row: str(row.day)),
            Column(
                "Name",
                lambda row: _EVERYTHING if row.skill_name is None else row.skill_name,
                name=True,
            ),
            Column("What", _what, sentence=True),
            Column("Value", _value_of_day, right=True),
            Column("Expected", lambda row: _value(row, row.expected), right=True, drop=1),
            Column(
                "Usual range",
                lambda row: f"{_value(row, row.low)} to {_value(row, row.high)}",
                right=True,
                drop=2,
            ),
            Column.count("n", lambda row: row.n, drop=4),
            Column("p-value", lambda row: f"{row.p_value:.0e}", right=True, drop=5),
            Column("Mostly in", _causes, drop=3, sentence=True),
        ]
        blocks.append(Table(columns, found.rows))
        if len(found.rows) < found.found:
            blocks.append(Line(f"{len(found.rows)} of {found.found} shown (--limit for more)"))
        command = details_of(found.rows[0], query, twice=found.rows[0].skill_name in found.twice)
        blocks.append(Line(f"Details of the first: `{command}`", quiet=True))
    blocks += [Line(f"Note: {note}") for note in notes(found)]
    held = (
        f"Compared with the 12 weeks before: {text.skills_and_agents(found.judged)},"
        f" {found.span.label()}, {text.counted(found.comparisons, 'comparison')}."
        f" False-alarm rate: at most {LEVEL:.0%}. Today is excluded."
    )
    return [*blocks, Line(held, quiet=True), Line(query.footer(), quiet=True)]


def _found(found: Anomalies) -> str:
    """The result in one sentence."""
    assert found.span is not None
    if not found.found:
        if not found.judged:
            return "Not enough history yet to tell what is unusual"
        return f"No unusual days for {text.skills_and_agents(found.judged)}"
    names = {(row.kind, row.skill_name) for row in found.rows}
    if found.found > 1:
        whole = len(found.rows) == found.found
        of = f" of {text.skills_and_agents(len(names))}" if whole and len(names) > 1 else ""
        return f"{found.found} unusual days or shifts{of}; latest: {_sentence(found.rows[0])}"
    return f"1 unusual day or shift: {_sentence(found.rows[0])}"


def _sentence(row: Anomaly) -> str:
    """``commit-message: 21 uses on 27 Oct (usually 2-3)``."""
    who = row.skill_name if row.skill_name is not None else "everything"
    value, usual = _value(row, row.value), _usual(row)
    day = f"{row.day.day} {row.day:%b}"
    when = f"since {day}" if row.what == "shift" else f"on {day}"
    if row.measure == "uses":
        a_day = " a day" if row.what == "shift" else ""
        uses = "use" if value == "1" else "uses"
        return f"{who}: {value} {uses}{a_day} {when} (usually {usual})"
    if row.measure == "success_rate":
        return f"{who}: {value} of {row.n:,} succeeded {when} (usually {usual})"
    return f"{who}: median duration {value} {when} (usually {usual})"


def _usual(row: Anomaly) -> str:
    """The expected value; of uses the whole numbers around it."""
    if row.measure != "uses":
        return _value(row, row.expected)
    low, high = floor(row.expected), ceil(row.expected)
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def _what(row: Anomaly) -> str:
    direction = f" {'up' if row.up else 'down'}" if row.what == "shift" else ""
    return f"{row.what}{direction} in {_MEASURES[row.measure]}"


def _value_of_day(row: Anomaly) -> str:
    a_day = " a day" if row.what == "shift" and row.measure == "uses" else ""
    return _value(row, row.value) + a_day


def _causes(row: Anomaly) -> str:
    if not row.causes:
        return text.NOT_AVAILABLE
    more = f", {len(row.causes) - 1} more" if len(row.causes) > 1 else ""
    return f"{row.causes[0].project_name} {row.causes[0].share:.0%}{more}"


def _value(row: Anomaly, value: float) -> str:
    if row.measure == "success_rate":
        return text.percent(value)
    if row.measure == "duration":
        return text.duration(value)
    return f"{value:,.0f}" if value >= 9.95 or value == int(value) else f"{value:.1f}"
