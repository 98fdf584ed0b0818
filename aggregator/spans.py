"""Counts of every skill and agent in several spans, by one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from aggregator.calendar import Span
from aggregator.measures import Question, ask
from aggregator.outcomes import Outcomes
from schema.frozen import dataclass
from schema.warehouse import Connection

By = Literal["name", "project"]
Key = tuple[str, str, str]
"""Group (a project's id, or '*' for all of them together), kind and name ('*' for all)."""


@dataclass(frozen=True)
class Counts(Outcomes):
    """What adds up over days. Durations are in ms, over the uses that have one."""

    duration_count: int = 0
    duration_sum_ms: Decimal = Decimal(0)

    @property
    def avg_duration_ms(self) -> float | None:
        return float(self.duration_sum_ms) / self.duration_count if self.duration_count else None

    def __add__(self, other: Outcomes) -> Counts:
        """The counts of both together; plain outcomes have no durations."""
        count, sum_ms = self.duration_count, self.duration_sum_ms
        if isinstance(other, Counts):
            count, sum_ms = count + other.duration_count, sum_ms + other.duration_sum_ms
        return Counts(
            self.successes + other.successes,
            self.failures + other.failures,
            self.abandoned + other.abandoned,
            self.unknown + other.unknown,
            count,
            sum_ms,
        )


NOTHING = Counts(0, 0, 0, 0)


def total(periods: Iterable[Counts]) -> Counts:
    """The counts of several periods together."""
    return sum(periods, start=NOTHING)


def counts_in(
    con: Connection,
    question: Question,
    spans: Sequence[Span],
    *,
    name: str | None = None,
    by: By = "name",
    names_together: bool = False,
) -> dict[Key, list[Counts]]:
    """For everything used in any of ``spans``: its counts in each, in their order.

    Spans must have both ends and may overlap; the question's own span is ignored. By 'project' each
    project is a group, otherwise all projects asked about are one. ``names_together``: names are
    '*', and the counts those of all skills, or of all agents.
    """
    since = min(span.since for span in spans if span.since is not None)
    until = max(span.until for span in spans if span.until is not None)
    rows = ask(
        con,
        "reports/span_counts",
        question.over(Span(since, until)),
        name=name,
        by=by,
        together=names_together,
        sinces=[span.since for span in spans],
        untils=[span.until for span in spans],
    )
    found: dict[Key, list[Counts]] = {}
    for group, kind, skill_name, number, *numbers in rows:
        each = found.setdefault((group, kind, skill_name), [NOTHING] * len(spans))
        each[number] = Counts(*numbers)
    return found
