"""How many projects and distinct sessions there were in spans, whatever was used.

Read from the days that a refresh counts of each project (``project_days``); from the rows where
something is stale, or where no refresh has counted days since there is this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aggregator.calendar import Span
from aggregator.measures import Question, ask, ask_whole, is_refreshed, is_whole_bucket
from schema.statements import run, statement
from schema.warehouse import Connection


class SpanTotals(NamedTuple):
    """Of one span; equal ids of sessions in two projects are two sessions."""

    projects: int
    sessions: int


def totals_in(con: Connection, question: Question, spans: Sequence[Span]) -> list[SpanTotals]:
    """The totals of each span, of the projects and the kind asked about, whatever its own span."""
    if all(is_refreshed(con, question.over(span)) for span in spans):
        found = run(
            con,
            statement("aggregator/reports/stored_totals.sql"),
            {
                "sinces": [span.since for span in spans],
                "untils": [span.until for span in spans],
                **_which(question),
            },
        ).fetchall()
        if found:
            return [SpanTotals(projects, sessions) for _, projects, sessions in found]
    return [_from_rows(con, question.over(span)) for span in spans]


def _from_rows(con: Connection, question: Question) -> SpanTotals:
    [(sessions,)] = ask(con, "reports/sessions", question)
    return SpanTotals(distinct_projects(con, question), int(sessions))


def distinct_projects(con: Connection, question: Question) -> int:
    """How many of the projects asked about have any use in the span."""
    if not is_whole_bucket(con, question) and is_refreshed(con, question):
        span = question.span
        found = run(
            con,
            statement("aggregator/reports/stored_used_projects.sql"),
            {"since": span.since, "until": span.until, **_which(question)},
        ).fetchall()
        if found:
            return int(found[0][0])
    [(count,)] = ask_whole(con, "reports/used_projects", question)
    return int(count)


def _which(question: Question) -> dict[str, object]:
    scope = question.scope
    return {"kind": question.kind, "projects": None if scope.is_everything else scope.ids}
