"""Whether an anomaly is one of what was done, or only of what was observed.

When a project or a source (transcripts, a metrics file) begins or ends, uses, success rates and
durations of a skill change although nothing that it did has changed. So an anomaly is held against
the parts that were observed all the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from math import log

from aggregator.archive import rows_since
from aggregator.calendar import Span
from aggregator.measures import Question, ask
from aggregator.statistics.detectors import Measure
from schema.frozen import dataclass
from schema.warehouse import Connection

SETTLED_DAYS = 14
"""A part that begins so many days after the first one began later."""

OWN_SHARE = 0.5
"""An anomaly is reported when at least this share of it is there in parts observed all the time."""


@dataclass(frozen=True)
class Sums:
    """What adds up; durations in ms."""

    uses: int = 0
    successes: int = 0
    known: int = 0
    timed: int = 0
    total_ms: float = 0.0


@dataclass(frozen=True)
class Part:
    """One project, or one source in it: sums before and then, and the days of all uses."""

    first_day: date
    last_day: date
    before: Sums
    then: Sums


def is_of_observation(
    con: Connection,
    question: Question,
    kind: str | None,
    skill_name: str | None,
    measure: Measure,
    history: Span,
    then: Span,
    value: float,
    expected: float,
) -> bool:
    """Whether the anomaly is due to parts that began or ended, more than half of it.

    ``value`` and ``expected`` are as the anomaly has them: uses of the whole time ``then``, a rate,
    or a duration in ms.
    """
    parts = _parts(con, question, kind, skill_name, history, then)
    begun = min((part.first_day for part in parts), default=then.start)
    begun += timedelta(days=SETTLED_DAYS)
    assert then.until is not None
    steady = [part for part in parts if part.first_day <= begun and part.last_day >= then.until]
    if len(steady) == len(parts):
        return False
    whole = log(value / expected) if measure == "duration" else value - expected
    own = _own(measure, parts, steady, expected)
    return own / whole < OWN_SHARE if whole else False


def _own(measure: Measure, parts: Iterable[Part], steady: Iterable[Part], expected: float) -> float:
    """How far the steady parts are off by themselves: in uses, as a rate, or as a log ratio."""
    if measure == "uses":
        total = sum(part.before.uses for part in parts)
        return sum(
            part.then.uses - (expected * part.before.uses / total if total else 0.0)
            for part in steady
        )
    if measure == "success_rate":
        compared = [part for part in steady if part.before.known and part.then.known]
        known = sum(part.then.known for part in compared)
        usual = sum(
            part.then.known * part.before.successes / part.before.known for part in compared
        )
        successes = sum(part.then.successes for part in compared)
        return (successes - usual) / known if known else 0.0
    compared = [part for part in steady if part.before.total_ms > 0 and part.then.total_ms > 0]
    timed = sum(part.then.timed for part in compared)
    return (
        sum(
            part.then.timed
            * log(part.then.total_ms / part.then.timed * part.before.timed / part.before.total_ms)
            for part in compared
        )
        / timed
        if timed
        else 0.0
    )


def _parts(
    con: Connection,
    question: Question,
    kind: str | None,
    skill_name: str | None,
    history: Span,
    then: Span,
) -> list[Part]:
    assert history.since is not None
    assert history.until is not None
    # Archived days do not tell their sources.
    archived = rows_since(con)
    rows = ask(
        con,
        "reports/parts_of_days",
        question.over(Span(history.since, None)),
        skill_name=skill_name,
        of_kind=kind,
        by_source=archived is None or archived <= history.since,
        since=history.since,
        before_until=history.until,
        then_since=then.since,
        then_until=then.until,
    )
    return [
        Part(first, last, Sums(*numbers[:5]), Sums(*numbers[5:]))
        for _, _, first, last, *numbers in rows
    ]
