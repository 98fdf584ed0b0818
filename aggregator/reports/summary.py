"""The whole warehouse on one screen: how much, how well, what changed and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from aggregator.calendar import ALL_TIME, Span, last_days, previous
from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.measures import Measures, Question, measure
from aggregator.observation import observation
from aggregator.outcomes import Outcomes
from aggregator.project_days import SpanTotals, totals_in
from aggregator.reports.recommendations.recommend import Recommendations, recommend
from aggregator.reports.top_skills import Ranked, ranked
from aggregator.series import periods_until
from aggregator.silence import SilentProject, silent_projects
from aggregator.spans import NOTHING, Counts, Key, counts_in, total
from schema.frozen import dataclass
from schema.warehouse import Connection

RECENT_DAYS = 7
TOP = 5
WEEKS = 12
"""Full weeks before the current one."""

ADVICE = 3


@dataclass(frozen=True)
class Totals(Outcomes):
    """All skills and agents of a span together."""

    span: Span
    skills: int
    agents: int
    projects: int
    sessions: int


@dataclass(frozen=True)
class Week:
    """The counts of all skills and agents together in one week.

    Of one that was not ``observed`` nothing is known; its counts are 0.
    """

    span: Span
    counts: Counts
    observed: bool

    @property
    def uses(self) -> int | None:
        """The number of uses; None where it is not known."""
        return self.counts.total_invocations if self.observed else None


@dataclass(frozen=True)
class Summary:
    """All time, the last seven days and the seven before, the most used, and what changed.

    ``weeks`` are full weeks, oldest first; ``open_week`` is the current one. ``changed`` has what
    got worse, better, slower or faster, worst first, and ``looks`` what is worth a look;
    ``advice`` the first things to do.
    """

    all_time: Totals
    recent: Totals
    before: Totals
    top: list[Ranked]
    weeks: list[Week]
    open_week: Week
    findings: Findings
    changed: list[Verdict]
    looks: list[Verdict]
    advice: Recommendations
    last_use_at: Mapping[str, datetime]
    silent: list[SilentProject]
    is_up_to_date: bool
    """Whether all days before today are observed. If not, ``recent`` and the weeks end earlier."""


def summary(con: Connection, question: Question) -> Summary:
    """The summary of the projects and the kind asked for, whatever the question's span."""
    observed = observation(con, question)
    day = observed.open_day
    # Up to date, today is shown too; otherwise the days end with the last one that was observed.
    recent_span = last_days(RECENT_DAYS, day if day == observed.today else day - timedelta(days=1))
    before_span = previous(recent_span)
    assert before_span is not None
    compared = find(con, question)
    week_spans = periods_until("weekly", WEEKS, day)
    # One statement for all spans: they overlap, and are days of the same few months.
    spans = [recent_span, before_span, *week_spans]
    counted = counts_in(con, question, spans)
    recent, before, *weeks = (
        [(key, each[place]) for key, each in counted.items()] for place in range(len(spans))
    )
    *complete, open_week = (
        Week(
            over,
            total([counts for _, counts in week]),
            observed.whole is not None and observed.whole.covers(over),
        )
        for over, week in zip(week_spans, weeks, strict=True)
    )
    names = measure(con, question.over(ALL_TIME))
    ever = [((m.group, m.kind, m.skill_name), _counts(m)) for m in names]
    overall = (ALL_TIME, recent_span, before_span)
    all_time, of_recent, of_before = (
        _totals(over, found, totals)
        for over, found, totals in zip(
            overall, (ever, recent, before), totals_in(con, question, overall), strict=True
        )
    )
    return Summary(
        all_time=all_time,
        recent=of_recent,
        before=of_before,
        top=ranked(names, limit=TOP),
        weeks=complete,
        open_week=open_week,
        findings=compared,
        changed=_changed(compared, question),
        looks=[each for each in _of_kind(compared, question) if each.worth_a_look],
        advice=recommend(con, question, limit=ADVICE),
        last_use_at=observed.last_use_at,
        silent=silent_projects(con, question),
        is_up_to_date=day == observed.today,
    )


def _of_kind(found: Findings, question: Question) -> list[Verdict]:
    return [each for each in found.verdicts.values() if question.kind in ("all", each.kind)]


def _changed(found: Findings, question: Question) -> list[Verdict]:
    """What changed for sure: worse before slower before better and faster, the worst first."""
    ranks = {"degrading": 0, "improving": 2}
    news = [
        each
        for each in _of_kind(found, question)
        if each.change.verdict in ranks or each.pace.verdict in ("slower", "faster")
    ]

    def order(each: Verdict) -> tuple[int, float, str, str]:
        rank = ranks.get(each.change.verdict, 1 if each.pace.verdict == "slower" else 3)
        size = each.leading.change if each.leading is not None else 0.0
        # The longer durations are, the worse; the lower a rate is.
        worst = -size if rank in (1, 3) else size
        return rank, worst, each.skill_name, each.kind

    return sorted(news, key=order)


def _totals(over: Span, found: Iterable[tuple[Key, Counts]], totals: SpanTotals) -> Totals:
    """What one span holds, over all skills and agents used in it."""
    used = [(kind, counts) for (_, kind, _), counts in found if counts.total_invocations]
    whole = total([counts for _, counts in used])
    return Totals(
        successes=whole.successes,
        failures=whole.failures,
        abandoned=whole.abandoned,
        unknown=whole.unknown,
        span=over,
        skills=sum(kind == "skill" for kind, _ in used),
        agents=sum(kind == "agent" for kind, _ in used),
        projects=totals.projects,
        sessions=totals.sessions,
    )


def _counts(measures: Measures) -> Counts:
    return NOTHING + measures
