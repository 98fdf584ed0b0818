"""The documents' tools in terms of our answers: which are asked, and which of their rows are told.

Every row and number is what the command of the same name says with ``--json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.measures import last_collected
from cli import text
from cli.answers import catalogue
from cli.answers.catalogue import Value
from cli.mcp_server import arguments as given
from cli.output import Answer
from cli.session import Session
from cli.wanted import Wanted
from schema.errors import UnknownName
from schema.warehouse import Connection

Row = Mapping[str, object]

EVERY = 2**31 - 1
"""All rows are asked for: which of them are told is the page's business."""


@dataclass(frozen=True)
class Part:
    """An answer of those that a tool gives; ``about`` says zone, period and freshness."""

    envelope: Mapping[str, Any]
    about: str

    @property
    def command(self) -> str:
        return str(self.envelope["command"])

    @property
    def rows(self) -> Sequence[Row]:
        rows: Sequence[Row] = self.envelope["data"]
        return rows


Ask = Callable[[Connection, Session, Any], list[Part]]


def top_skills(con: Connection, session: Session, asked: given.TopSkills) -> list[Part]:
    values: dict[str, Value] = {"sort": asked.sort, "min_uses": asked.min_uses}
    return [_part(con, session, "top-skills", asked.wanted, values, asked.limit)]


def effectiveness(con: Connection, session: Session, asked: given.OneName) -> list[Part]:
    return [_part(con, session, "effectiveness", asked.wanted, {"name": asked.name})]


def compare(con: Connection, session: Session, asked: given.CompareName) -> list[Part]:
    return [_part(con, session, "compare", asked.wanted, {"name": asked.name})]


def name_summary(con: Connection, session: Session, asked: given.NameSummary) -> list[Part]:
    """How healthy it is, and its headline of all time; without the lists by project and path."""
    values: dict[str, Value] = {"name": asked.name}
    return [
        _without(_part(con, session, "health", asked.wanted, values), "by_project"),
        _without(
            _part(con, session, "effectiveness", asked.wanted, values),
            *("by_project", "by_workflow_path", "followups"),
        ),
    ]


def insights(con: Connection, session: Session, asked: given.Insights) -> list[Part]:
    """The whole in numbers, the names that stand out, the days that do."""
    health = _part(con, session, "health", asked.wanted, {})
    outstanding = [row for row in health.rows if _stands_out(row)]
    return [
        _part(con, session, "summary", asked.wanted, {}),
        Part({**health.envelope, "data": outstanding}, health.about),
        _part(con, session, "anomalies", asked.wanted, {}, asked.limit),
    ]


def _stands_out(row: Row) -> bool:
    trend = row["trend"]
    assert isinstance(trend, Mapping)
    changed = trend["verdict"] in ("improving", "degrading")
    return bool(changed or row["attention"] or row["unused"] or row["new"])


def patterns(con: Connection, session: Session, asked: given.Patterns) -> list[Part]:
    parts = []
    if asked.pattern != "pairs":
        values: dict[str, Value] = {"name": asked.name, "min_times": asked.min_times}
        parts.append(_part(con, session, "patterns-transitions", asked.wanted, values, asked.limit))
    if asked.pattern != "transitions":
        values = {
            "name": asked.name,
            "min_sessions": asked.min_times,
            "sort": asked.sort_pairs,
        }
        parts.append(_part(con, session, "patterns-pairs", asked.wanted, values, asked.limit))
    return parts


def recommendations(con: Connection, session: Session, asked: given.Recommendations) -> list[Part]:
    """What to do, and the workflows that were run."""
    return [
        _part(con, session, "recommend", asked.wanted, {"action": asked.action}, asked.limit),
        _part(con, session, "workflows", asked.wanted, {}),
    ]


def projects(con: Connection, session: Session, asked: given.ListProjects) -> list[Part]:
    from cli.answers.projects import projects as registered

    return [_beside(con, registered(con, session).answer)]


def health_check(con: Connection, session: Session, asked: given.Nothing) -> list[Part]:
    from cli.answers.status import status

    return [_beside(con, status(con, session).answer)]


def summary(con: Connection, session: Session) -> list[Part]:
    """The whole warehouse in a few numbers."""
    return [_part(con, session, "summary", Wanted(), {})]


def _part(
    con: Connection,
    session: Session,
    name: str,
    wanted: Wanted,
    values: Mapping[str, Value],
    limit: int | None = None,
) -> Part:
    """An answer of the catalogue with all of its rows; ``limit`` is what its filters repeat."""
    answer = catalogue.known(name)
    every: dict[str, Value] = {"limit": EVERY} if "limit" in answer.parameters else {}
    told = answer.answer(con, session, wanted, {**values, **every})
    envelope = told.answer.envelope()
    if limit is not None:
        filters = envelope["filters"]
        assert isinstance(filters, dict)
        envelope["filters"] = {**filters, "limit": limit}
    return Part(envelope, told.asked.footer())


def _beside(con: Connection, answer: Answer) -> Part:
    return Part(answer.envelope(), as_of(con, answer.timezone, answer.generated_at))


def as_of(con: Connection, zone: str, now: datetime) -> str:
    """What surrounds an answer that is about no span."""
    collected = last_collected(con)
    when = "" if collected is None else f" ({text.moment(collected, zone)})"
    return f"now | zone {zone} | collected {text.age(collected, now)}{when}"


def _without(part: Part, *fields: str) -> Part:
    """The part with these lists of its rows left out."""
    rows = [{key: row[key] for key in row if key not in fields} for row in part.rows]
    return Part({**part.envelope, "data": rows}, part.about)


def nothing_yet(con: Connection) -> list[str]:
    """What is to be done first where there is nothing to ask about; empty where there is."""
    [(registered,)] = con.execute("select count(*) from projects").fetchall()
    if not registered:
        return ["No project is registered yet: skillhouse register-project PATH"]
    return [] if last_collected(con) else ["Nothing has been collected yet: skillhouse refresh"]


def friendly(con: Connection, error: UnknownName) -> UnknownName:
    """The error, with what to run first where nothing can be known yet."""
    first = nothing_yet(con)
    return UnknownName(error.message, first[0]) if first else error
