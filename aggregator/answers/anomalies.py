"""Days with unusual usage, success rate or duration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from aggregator import text
from aggregator.answers.shared import SpanFilters, kind_of
from aggregator.answers.struct import Struct
from aggregator.calendar import ALL_TIME, last_days, span, today
from aggregator.parameters import DAYS_BEFORE_TODAY, LIMIT
from aggregator.query import Query, Result
from aggregator.reports import anomalies as report
from aggregator.statistics.anomalies import LEAST_HISTORY, LEVEL
from aggregator.statistics.bands import LEAST_USED_DAYS
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Amount,
        Count,
        Evidence,
        Kind,
        Limit,
        Positive,
        ProjectId,
        ProjectName,
        PValue,
        Rate,
        SkillName,
    )


class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The only name looked at; null: all."""
    limit: Limit


class Cause(Struct):
    """A project that an unusual value came from."""

    project_id: ProjectId
    project_name: ProjectName
    value: Amount | None
    """Its uses, success rate, or mean duration in milliseconds on those days; null without
    any."""
    expected: Amount | None
    """The same in the weeks before; null without any."""
    share: Rate
    """Share of the whole deviation in that direction."""


class Row(Struct):
    """One row."""

    kind: Kind | None
    """Skill or agent; null where nothing at all was used."""
    skill_name: SkillName | None
    """The name; null where nothing at all was used."""
    names: Positive
    """How many skills and agents it is about: one, or all that were not used."""
    measure: Literal["uses", "success_rate", "duration"]
    """What is unusual."""
    anomaly: Literal["drop", "spike", "shift"]
    """A day below (drop) or above (spike) the usual range, or the first of days that stayed
    outside it (shift)."""
    direction: Literal["up", "down"]
    """Whether the value is above or below the usual range."""
    day: date
    """The day, or the first one after the shift."""
    last_day: date
    """The last day of those that the value is of."""
    value: Amount
    """Uses (of a shift: a day), a rate 0..1, or a median duration in milliseconds."""
    n: Count
    """Uses, known outcomes or durations behind the value."""
    expected: Amount
    """The middle of the usual range, in the value's unit."""
    expected_low: Amount
    """Lower bound of the usual range: 99 of 100 usual values are not below it."""
    expected_high: Amount
    """Upper bound of the usual range: 99 of 100 usual values are not above it."""
    p_value: PValue
    """Chance of a value as far out on a usual day; not adjusted for how many were looked at."""
    projects: list[Cause]
    """The projects it came from, largest share first; shares below a tenth are left out."""
    evidence: Evidence
    """The command that shows those days."""


class Totals(Struct):
    """Over all rows, shown or not."""

    anomalies: Count
    """Found, shown or not."""
    names: Count
    """Skills and agents used on these days or before."""
    names_judged: Count
    """Those with enough history to have a usual range."""
    judged_since: date | None
    """First day judged; null where no day is complete."""
    judged_until: date | None
    """Last day judged: over, and collected since."""
    comparisons: Count
    """Values that were looked at, each a chance for a false alarm."""
    level: Rate
    """False-alarm rate: the share of uneventful fleets in which anything is found."""


class Answer(Struct):
    """Days that left their band."""

    filters: Filters
    data: list[Row]
    totals: Totals


def anomalies(
    con: Connection,
    query: Query,
    *,
    name: str | None = None,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Result[report.Anomalies, Answer]:
    """Days that stand out, newest first; raises as the report does.

    A span of days that ends today means as many days before today, which is not over; all time
    means the last 30.
    """
    query = _complete(query)
    found = report.anomalies(con, query.question, name=name, limit=limit, progress=progress)
    answer = Answer(
        filters=query.filters(Filters, name=name, limit=limit),
        data=[_row(row, query, found) for row in found.rows],
        totals=Totals(
            anomalies=found.found,
            names=found.names,
            names_judged=found.judged,
            judged_since=found.span.since if found.span else None,
            judged_until=found.span.until if found.span else None,
            comparisons=found.comparisons,
            level=LEVEL,
        ),
    )
    return Result(found, query, answer, [*query.warnings(), *notes(found)])


def _complete(query: Query) -> Query:
    """The query about days before today, where it is about the last days or about no span."""
    if query.last_days is None and query.question.span != ALL_TIME:
        return query
    yesterday = today(query.question.now, query.zone) - timedelta(days=1)
    before = last_days(query.last_days or DAYS_BEFORE_TODAY.default, yesterday)
    return query.over(span(before.since, before.until))


def details_of(row: report.Anomaly, query: Query, *, twice: bool) -> str:
    """The command that shows an anomaly's days; ``twice`` where a skill's name is an agent's."""
    days = span(row.day, row.last_day)
    if row.skill_name is None:
        return query.details.of_ranking(days)
    kind = row.kind if twice else None
    return query.details.of_name("effectiveness", row.skill_name, over=days, kind=kind)


def notes(found: report.Anomalies) -> list[str]:
    """What could not be judged, and why."""
    sentences = []
    if found.span is not None and found.judged < found.names:
        sentences.append(
            f"{found.names - found.judged} of {found.names}"
            f" {'has' if found.names - found.judged == 1 else 'have'} too little history (needs"
            f" {LEAST_HISTORY} days, with uses on at least {LEAST_USED_DAYS})."
        )
    if found.stale and found.span is not None:
        names = ", ".join(found.stale)
        left_out = (
            f"; {text.counted(found.untold, 'drop')} that may be due to it not shown"
            if found.untold
            else ""
        )
        sentences.append(f"Not collected since {found.span.until} or before: {names}{left_out}.")
    if found.unobserved:
        what = "1 anomaly is" if found.unobserved == 1 else f"{found.unobserved} anomalies are"
        sentences.append(f"{what} not shown: a project or a source began or ended then.")
    return sentences


def _row(row: report.Anomaly, query: Query, found: report.Anomalies) -> Row:
    return Row(
        kind=None if row.kind is None else kind_of(row.kind),
        skill_name=row.skill_name,
        names=row.names,
        measure=row.measure,
        anomaly=row.what,
        direction="up" if row.up else "down",
        day=row.day,
        last_day=row.last_day,
        value=row.value,
        n=row.n,
        expected=row.expected,
        expected_low=row.low,
        expected_high=row.high,
        p_value=row.p_value,
        projects=[
            Cause(
                project_id=cause.project_id,
                project_name=cause.project_name,
                value=cause.value,
                expected=cause.expected,
                share=cause.share,
            )
            for cause in row.causes
        ],
        evidence=details_of(row, query, twice=row.skill_name in found.twice),
    )
