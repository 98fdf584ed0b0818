"""The data of the report: answers, and counts for the filters of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, TypeAlias

from cli import text
from cli.answers import catalogue
from cli.answers.beside import status
from cli.answers.shapes import shape_of
from cli.publishing import Publisher
from cli.query_options import QueryOptions, Window
from cli.session import Session
from schema.warehouse import Connection

Row: TypeAlias = Mapping[str, Any]
Value: TypeAlias = str | int | float | bool | None

ALL = 1_000_000
"""Queries have no row limit; the page shows what fits."""

ANOMALY_DAYS = 90
WEEKS = 12
MONTHS = 12

QUESTIONS: Mapping[str, tuple[str, QueryOptions, Mapping[str, Value]]] = {
    "summary": ("summary", QueryOptions(), {}),
    "health": ("health", QueryOptions(), {}),
    "top": ("top-skills", QueryOptions(), {"limit": ALL}),
    "daily": ("trends", QueryOptions(), {"grain": "daily", "periods": 30, "limit": ALL}),
    "weekly": ("trends", QueryOptions(), {"grain": "weekly", "periods": 26, "limit": ALL}),
    "monthly": ("trends", QueryOptions(), {"grain": "monthly", "periods": MONTHS, "limit": ALL}),
    "anomalies": ("anomalies", QueryOptions(Window(days=ANOMALY_DAYS)), {"limit": 500}),
    "recommend": ("recommend", QueryOptions(), {"limit": 100}),
}
"""The parts of the report, each with its query."""

COUNTED = ("successful_completions", "failures", "abandoned", "unknown")
"""Their sum is the number of uses."""

FRESHNESS = (
    *("rows", "rejected_records", "stale_buckets", "aggregates_refreshed_at", "last_collect_at"),
    *("last_outcome", "last_success_at", "schedule", "next_run_at", "overdue", "projects"),
)
"""Fields of the warehouse's state in the report, without its path."""

LONGEST = 2_000
"""Maximum length of a name or a sentence."""


def contents(
    con: Connection, session: Session, *, publisher: Publisher | None = None
) -> dict[str, Any]:
    """The answers by part, as JSON, and the counts by week and month; public with a publisher."""

    def asked(name: str, options: QueryOptions, values: Mapping[str, Value]) -> dict[str, Any]:
        return dict(catalogue.known(name).answer(con, session, options, values).answer.envelope())

    def told(name: str, envelope: dict[str, Any]) -> dict[str, Any]:
        return envelope if publisher is None else publisher.publish(envelope, shape_of(name))

    parts: dict[str, Any] = {
        part: shortened(told(question[0], asked(*question))) for part, question in QUESTIONS.items()
    }
    months = asked("activity", QueryOptions(), {"grain": "monthly", "periods": None})
    parts["spans"] = _spans(parts["weekly"]["filters"], parts["monthly"]["filters"])
    if publisher is None:
        weeks = asked("activity", QueryOptions(), {"grain": "weekly", "periods": WEEKS})
        parts["weeks"] = columns(weeks["data"])
        parts["months"] = columns(folded(months["data"], parts["spans"]["months"][0]))
        parts["status"] = _freshness(con, session)
    else:
        # A use that is told of by the week as well as by the month could be told apart.
        months["data"] = folded(months["data"], None)
        parts["weeks"] = columns([])
        parts["months"] = columns(told("activity", months)["data"])
        parts["status"] = {"data": [], "warnings": []}
    return parts


def _freshness(con: Connection, session: Session) -> dict[str, Any]:
    answer: Any = status(con, session).envelope()
    data = [{name: row[name] for name in FRESHNESS} for row in answer["data"]]
    return dict(shortened({"data": data, "warnings": answer["warnings"]}))


def _spans(weekly: Row, monthly: Row) -> dict[str, list[str]]:
    """The first and last day of each period that can be selected."""
    last = date.fromisoformat(weekly["until"])
    return {
        "recent": [str(last - timedelta(days=27)), str(last)],
        "weeks": [str(last - timedelta(days=7 * WEEKS - 1)), str(last)],
        "months": [monthly["since"], monthly["until"]],
    }


def folded(rows: Iterable[Row], since: str | None) -> list[Row]:
    """Rows of the same name and project that end before a day, as one row each; None: all rows.

    A report has room for a year of single months, and its sums still are those of all time.
    """
    kept: list[Row] = []
    sums: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        if since is not None and row["since"] >= since:
            kept.append(row)
            continue
        key = (row["project_id"], row["kind"], row["skill_name"])
        found = sums.setdefault(key, {**row, **dict.fromkeys(COUNTED, 0), "total_invocations": 0})
        for counted in (*COUNTED, "total_invocations"):
            found[counted] += row[counted]
        found["p50_duration_ms"] = None
    first = min((each["since"] for each in sums.values()), default=None)
    last = max((each["until"] for each in sums.values()), default=None)
    same = {"since": first, "until": last, "is_open": since is None}
    return [*({**each, **same} for each in sums.values()), *kept]


def columns(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts as columns: texts by their place in a list of them, which saves nine tenths.

    ``periods``, ``projects`` and ``names`` are what the columns ``period``, ``project`` and
    ``name`` count up to.
    """
    periods: dict[tuple[Any, ...], int] = {}
    projects: dict[tuple[Any, ...], int] = {}
    names: dict[tuple[Any, ...], int] = {}
    table: dict[str, list[int]] = {name: [] for name in ("period", "project", "name", *COUNTED)}
    for row in rows:
        period = (row["since"], row["until"], row["is_open"])
        project = (row["project_id"], row["project_name"])
        table["period"].append(periods.setdefault(period, len(periods)))
        table["project"].append(projects.setdefault(project, len(projects)))
        table["name"].append(names.setdefault((row["kind"], row["skill_name"]), len(names)))
        for counted in COUNTED:
            table[counted].append(row[counted] or 0)
    texts = {"periods": list(periods), "projects": list(projects), "names": list(names)}
    return {**shortened(texts), **table}


def shortened(value: Any) -> Any:
    """The value with too long texts cut so that different ones stay different."""
    if isinstance(value, str):
        if len(value) <= LONGEST:
            return value
        mark = sha256(value.encode(errors="surrogatepass")).hexdigest()[:8]
        return f"{value[:LONGEST]}... ({text.counted(len(value), 'character')}, {mark})"
    if isinstance(value, Mapping):
        return {key: shortened(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(each) for each in value]
    return value
