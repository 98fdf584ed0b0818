"""What the report is made of: answers, and the counts from which the page answers its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cli.answers import catalogue
from cli.answers.shapes import shape_of
from cli.publishing import Publisher
from cli.session import Session
from cli.wanted import Wanted, Window
from schema.warehouse import Connection

Value: TypeAlias = str | int | float | bool | None

ALL = 1_000_000
"""No list of the report is cut by its question; the page shows what fits."""

ANOMALY_DAYS = 90
WEEKS = 12

QUESTIONS: Mapping[str, tuple[str, Wanted, Mapping[str, Value]]] = {
    "summary": ("summary", Wanted(), {}),
    "health": ("health", Wanted(), {}),
    "top": ("top-skills", Wanted(), {"limit": ALL}),
    "daily": ("trends", Wanted(), {"grain": "daily", "periods": 30, "limit": ALL}),
    "weekly": ("trends", Wanted(), {"grain": "weekly", "periods": 26, "limit": ALL}),
    "monthly": ("trends", Wanted(), {"grain": "monthly", "periods": 12, "limit": ALL}),
    "anomalies": ("anomalies", Wanted(Window(days=ANOMALY_DAYS)), {"limit": 500}),
    "recommend": ("recommend", Wanted(), {"limit": 100}),
}
"""The parts of the report, each with the question that gives it."""

COUNTED = ("total_invocations", "successful_completions", "failures", "abandoned", "unknown")


def contents(
    con: Connection, session: Session, *, publisher: Publisher | None = None
) -> dict[str, object]:
    """The answers by part, as JSON, and the counts of weeks and months; public with a publisher."""

    def told(name: str, wanted: Wanted, values: Mapping[str, Value]) -> dict[str, object]:
        found = catalogue.known(name).answer(con, session, wanted, values).answer.envelope()
        return found if publisher is None else publisher.publish(found, shape_of(name))

    parts: dict[str, object] = {part: told(*asked) for part, asked in QUESTIONS.items()}
    for part, grain, periods in (("weeks", "weekly", WEEKS), ("months", "monthly", None)):
        counts = told("activity", Wanted(), {"grain": grain, "periods": periods})
        parts[part] = columns(counts["data"])  # type: ignore[arg-type]
    return parts


def columns(rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Counts row by row as columns: texts by their place in a list of them, which saves nine tenths.

    ``periods``, ``projects`` and ``names`` are what the columns of the same name count up to.
    """
    periods: dict[tuple[object, ...], int] = {}
    projects: dict[object, int] = {}
    names: dict[tuple[object, ...], int] = {}
    table: dict[str, list[object]] = {
        name: [] for name in ("period", "project", "name", *COUNTED)
    }
    for row in rows:
        period = (row["since"], row["until"], row["is_open"])
        table["period"].append(periods.setdefault(period, len(periods)))
        table["project"].append(projects.setdefault(row["project_name"], len(projects)))
        table["name"].append(names.setdefault((row["kind"], row["skill_name"]), len(names)))
        for counted in COUNTED:
            table[counted].append(row[counted])
    return {"periods": list(periods), "projects": list(projects), "names": list(names), **table}
