"""The rows that patterns are computed from, and counts of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.archive import holds_anything, rows_since
from aggregator.known_names import unknown_name
from aggregator.measures import Question, ask, kinds
from schema.warehouse import Connection

LEVEL = 0.01
"""False discovery rate of patterns. Searching for patterns tests many things, and often, so it is
stricter than for a question about one skill."""

Name = tuple[str, str]
"""Kind and name of a skill or an agent."""


@dataclass(frozen=True)
class Scanned:
    """How many rows were read, and how many of them have a session.

    ``archived`` uses of the span have no rows any more; days before ``rows_since`` may lack rows.
    """

    uses: int
    uses_in_sessions: int
    archived: int
    rows_since: date | None


def scanned(con: Connection, question: Question) -> Scanned:
    """How many rows the question is about, and how many archived uses."""
    [(uses, in_sessions)] = rows_asked(con, question, "scanned")
    if not holds_anything(con):
        return Scanned(uses, in_sessions, 0, None)
    [(archived,)] = ask(con, "reports/patterns/archived", question)
    return Scanned(uses, in_sessions, int(archived), rows_since(con))


def check_name(con: Connection, question: Question, name: str | None) -> None:
    """Raises as ``unknown_name`` says for a name that none of the projects ever used."""
    if name is None or kinds(con, question, name):
        return
    raise unknown_name(con, name)


def idle_us(minutes: int) -> int:
    """The pause in microseconds, for statements that read ``in_sessions``."""
    return minutes * 60_000_000


def rows_asked(
    con: Connection,
    question: Question,
    report: str,
    **more: Any,
) -> list[tuple[Any, ...]]:
    """The result of ``report``, a statement in this folder."""
    return ask(con, f"reports/patterns/{report}", question, **more)
