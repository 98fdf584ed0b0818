"""What happened in several spans at once: counts of every name, by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aggregator.calendar import Span
from aggregator.measures import Question, ask
from aggregator.statistics.proportions import wilson
from schema.warehouse import Connection

By = Literal["name", "project"]
Key = tuple[str, str, str]
"""Group (a project's id, or '*' for all of them together), kind and name."""


@dataclass(frozen=True)
class Counts:
    """What adds up over days. Durations are in ms, over the uses that have one."""

    total_invocations: int = 0
    successful_completions: int = 0
    failures: int = 0
    abandoned: int = 0
    unknown: int = 0
    duration_count: int = 0
    duration_sum_ms: Decimal = Decimal(0)

    @property
    def known(self) -> int:
        """Invocations whose outcome is known."""
        return self.successful_completions + self.failures + self.abandoned

    @property
    def success_rate(self) -> float | None:
        return self.successful_completions / self.known if self.known else None

    @property
    def success_interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of the success rate."""
        return wilson(self.successful_completions, self.known)

    @property
    def avg_duration_ms(self) -> float | None:
        return float(self.duration_sum_ms) / self.duration_count if self.duration_count else None


NOTHING = Counts()


def added(periods: Sequence[Counts]) -> Counts:
    """Counts of several periods as one."""
    return Counts(
        sum(each.total_invocations for each in periods),
        sum(each.successful_completions for each in periods),
        sum(each.failures for each in periods),
        sum(each.abandoned for each in periods),
        sum(each.unknown for each in periods),
        sum(each.duration_count for each in periods),
        sum((each.duration_sum_ms for each in periods), start=Decimal(0)),
    )


def counts_in(
    con: Connection,
    question: Question,
    spans: Sequence[Span],
    *,
    name: str | None = None,
    by: By = "name",
) -> dict[Key, list[Counts]]:
    """Of every name that was used in any of ``spans``: its counts in each, in their order.

    Spans are closed and may overlap; the question's own does not matter. By 'project' each project
    is a group, else all projects asked for are one.
    """
    since = min(span.since for span in spans if span.since is not None)
    until = max(span.until for span in spans if span.until is not None)
    rows = ask(
        con,
        "reports/span_counts",
        question.over(Span(since, until)),
        name=name,
        by=by,
        sinces=[span.since for span in spans],
        untils=[span.until for span in spans],
    )
    found: dict[Key, list[Counts]] = {}
    for group, kind, skill_name, number, *numbers in rows:
        each = found.setdefault((group, kind, skill_name), [NOTHING] * len(spans))
        each[number] = Counts(*numbers)
    return found
