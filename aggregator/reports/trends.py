"""Every skill and agent over the last periods: how often, how well, how fast; what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aggregator.calendar import Span
from aggregator.changes import History, histories
from aggregator.changes import Verdict as RateVerdict
from aggregator.durations import DurationHistory, OnRead, Pace, duration_histories
from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.measures import Question
from aggregator.observation import observation
from aggregator.parameters import GRAIN, LIMIT, PERIODS, PeriodGrain
from aggregator.reports.effectiveness import settle_kind
from aggregator.series import Period, periods_until, series
from aggregator.spans import Counts, Key, total
from aggregator.weekdays import Pattern, weekday_patterns
from schema.frozen import dataclass
from schema.warehouse import Connection

_NEWS: tuple[RateVerdict, ...] = ("degrading", "improving")
PACE_NEWS: tuple[Pace, ...] = ("slower", "faster")


@dataclass(frozen=True)
class Trend:
    """One name in each complete period, oldest first; the open one is not compared with them.

    ``verdict`` is that of every command; ``rate`` and ``pace`` compare these periods.
    """

    kind: str
    skill_name: str
    periods: list[Period]
    open: Period
    rate: History
    pace: DurationHistory
    verdict: Verdict
    weekdays: list[Pattern]

    @property
    def whole(self) -> Counts:
        """All complete periods together."""
        return total(self.periods)

    @property
    def typical_duration_ms(self) -> float | None:
        """The median of the last complete period that has one."""
        return next(
            (each.p50_duration_ms for each in reversed(self.periods) if each.duration_count), None
        )


@dataclass(frozen=True)
class Trends:
    """The names used in any of the complete periods or the open one, news first.

    ``rates`` and ``paces`` count the verdicts over all skills and agents, shown or not.
    """

    periods: list[Span]
    open: Span
    rows: list[Trend]
    names: int
    findings: Findings
    rates: Counter[RateVerdict]
    paces: Counter[Pace]


def trends(
    con: Connection,
    question: Question,
    *,
    grain: PeriodGrain = GRAIN.default,
    periods: int = PERIODS.default,
    name: str | None = None,
    limit: int = LIMIT.default,
    on_read: OnRead = lambda durations: None,
) -> Trends:
    """The last ``periods`` complete periods; the question's own span is ignored.

    What got worse comes first, then what got better, slower and faster, then by uses and name.
    With a ``name`` it is the one row. ``on_read`` is called before durations are read from rows.
    Raises UnknownName and UsageError as ``settle_kind`` does.
    """
    every = question
    if name is not None:
        question = settle_kind(con, question, name)
    open_day = observation(con, question).open_day
    spans = periods_until(grain, periods, open_day)
    found = series(con, question, spans, name=name)
    complete: dict[Key, Sequence[Period]] = {key: each[:-1] for key, each in found.items()}
    rates = histories(complete)
    findings = find(con, question)
    patterns = weekday_patterns(con, every, open_day)
    pace = duration_histories(con, question, spans[:-1], complete, on_read)
    rows = [
        Trend(
            key[1],
            key[2],
            each[:-1],
            each[-1],
            rates[key],
            pace[key],
            findings.of(*key[1:]),
            patterns.get((key[1], key[2]), []),
        )
        for key, each in found.items()
    ]
    rows.sort(key=_order)
    return Trends(
        spans[:-1],
        spans[-1],
        rows[:limit],
        len(rows),
        findings,
        Counter(row.verdict.change.verdict for row in rows),
        Counter(row.verdict.pace.verdict for row in rows),
    )


def _order(row: Trend) -> tuple[int, int, int, str, str]:
    rate, pace = row.verdict.change.verdict, row.verdict.pace.verdict
    return (
        _NEWS.index(rate) if rate in _NEWS else len(_NEWS),
        PACE_NEWS.index(pace) if pace in PACE_NEWS else len(PACE_NEWS),
        -row.whole.total_invocations,
        row.skill_name,
        row.kind,
    )
