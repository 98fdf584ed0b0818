"""The whole warehouse in a few numbers: how much, how well, and what is new this week."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.calendar import ALL_TIME, Span, last_days, previous, today
from aggregator.measures import Measures, Question, distinct_projects, looked, measure, rows_of
from aggregator.reports.top_skills import Ranked, top_skills
from schema.warehouse import Connection, reporting_zone

RECENT_DAYS = 7
TOP = 5


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
class Summary:
    """All time, the last seven days, the seven before, and the most used names."""

    all_time: Totals
    recent: Totals
    before: Totals
    top: list[Ranked]


def summary(con: Connection, question: Question) -> Summary:
    """The summary of the projects and the kind asked for, whatever the question's span."""
    question = looked(con, question)
    recent_span = last_days(RECENT_DAYS, today(question.now, reporting_zone(con)))
    before_span = previous(recent_span)
    assert before_span is not None
    return Summary(
        all_time=totals(con, question.over(ALL_TIME)),
        recent=totals(con, question.over(recent_span)),
        before=totals(con, question.over(before_span)),
        top=top_skills(con, question.over(ALL_TIME), limit=TOP).rows,
    )


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
