"""How many distinct sessions there were in spans, over all skills and agents together."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.calendar import Span
from aggregator.measures import Question, ask, is_refreshed
from schema.statements import run, statement
from schema.warehouse import Connection


def sessions_in(con: Connection, question: Question, spans: Sequence[Span]) -> list[int]:
    """The distinct sessions of each span, in the projects and of the kind asked about.

    The question's own span is ignored. Equal ids in two projects are two sessions.
    """
    if not all(is_refreshed(con, question.over(span)) for span in spans):
        return _from_rows(con, question, spans)
    scope = question.scope
    found = run(
        con,
        statement("aggregator/reports/stored_sessions.sql"),
        {
            "sinces": [span.since for span in spans],
            "untils": [span.until for span in spans],
            "kind": question.kind,
            "projects": None if scope.is_everything else scope.ids,
        },
    ).fetchall()
    if not found:  # No refresh has counted them yet.
        return _from_rows(con, question, spans)
    return [int(sessions) for _, sessions in found]


def _from_rows(con: Connection, question: Question, spans: Sequence[Span]) -> list[int]:
    counted = []
    for span in spans:
        [(sessions,)] = ask(con, "reports/sessions", question.over(span))
        counted.append(int(sessions))
    return counted
