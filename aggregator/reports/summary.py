"""The whole warehouse on one screen: how much, how well, what changed and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.calendar import ALL_TIME, Span, last_days, previous, today
from aggregator.changes import Change, changes, recent_and_earlier
from aggregator.measures import Measures, Question, distinct_projects, looked, measure, rows_of
from aggregator.reports.recommendations.recommend import Recommendations, recommend
from aggregator.reports.top_skills import Ranked, top_skills
from aggregator.series import periods_until
from aggregator.spans import Counts, Key, added, counts_in
from schema.warehouse import Connection, reporting_zone

RECENT_DAYS = 7
TOP = 5
WEEKS = 12
"""The complete weeks before the open one."""

ADVICE = 3


@dataclass(frozen=True)
class Totals:
    """Over all names of a span; ``success_rate`` is successes by known outcomes."""

    span: Span
    total_invocations: int
    skills: int
    agents: int
    projects: int
    sessions: int
    successful_completions: int
    known: int

    @property
    def success_rate(self) -> float | None:
        return self.successful_completions / self.known if self.known else None


@dataclass(frozen=True)
class Week:
    """What all names together did in one week."""

    span: Span
    counts: Counts


@dataclass(frozen=True)
class Summary:
    """All time, the last seven days, the seven before, the most used names, and what is news.

    ``weeks`` are complete, oldest first; ``open_week`` has today. ``changed`` are the names whose
    success rate did, worst first, over the days ``compared``; ``advice`` the first things to do.
    """

    all_time: Totals
    recent: Totals
    before: Totals
    top: list[Ranked]
    weeks: list[Week]
    open_week: Week
    compared: tuple[Span, Span]
    changed: list[tuple[Key, Change]]
    advice: Recommendations


def summary(con: Connection, question: Question) -> Summary:
    """The summary of the projects and the kind asked for, whatever the question's span."""
    question = looked(con, question)
    day = today(question.now, reporting_zone(con))
    recent_span = last_days(RECENT_DAYS, day)
    before_span = previous(recent_span)
    assert before_span is not None
    *weeks, open_week = _weeks(con, question, day)
    compared = recent_and_earlier(day)
    return Summary(
        all_time=totals(con, question.over(ALL_TIME)),
        recent=totals(con, question.over(recent_span)),
        before=totals(con, question.over(before_span)),
        top=top_skills(con, question.over(ALL_TIME), limit=TOP).rows,
        weeks=weeks,
        open_week=open_week,
        compared=compared,
        changed=_changed(con, question, compared),
        advice=recommend(con, question, limit=ADVICE),
    )


def _weeks(con: Connection, question: Question, day: date) -> list[Week]:
    spans = periods_until("weekly", WEEKS, day)
    found = counts_in(con, question, spans).values()
    return [
        Week(span, added([each[number] for each in found])) for number, span in enumerate(spans)
    ]


def _changed(
    con: Connection, question: Question, compared: tuple[Span, Span]
) -> list[tuple[Key, Change]]:
    """The names that got worse or better, as ``health`` says it, worst first."""
    counted = counts_in(con, question, compared)
    found = changes((key, now, before) for key, (now, before) in counted.items())
    news = [
        (key, each) for key, each in found.items() if each.verdict in ("improving", "degrading")
    ]
    return sorted(news, key=lambda one: (one[1].change or 0, one[0]))


def totals(con: Connection, question: Question) -> Totals:
    """What one span holds, over all names."""
    found: list[Measures] = measure(con, question)
    [(sessions,)] = rows_of(con, question, None, "reports/sessions")
    return Totals(
        span=question.span,
        total_invocations=sum(m.total_invocations for m in found),
        skills=sum(m.kind == "skill" for m in found),
        agents=sum(m.kind == "agent" for m in found),
        projects=distinct_projects(con, question),
        sessions=int(sessions),
        successful_completions=sum(m.successful_completions for m in found),
        known=sum(m.known for m in found),
    )
