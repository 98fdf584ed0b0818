"""The data of the report: answers, and counts for the filters of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from aggregator.calendar import Span, bucket, today
from aggregator.measures import Question
from aggregator.observation import observation
from aggregator.parameters import PeriodGrain
from aggregator.reports.daily_totals import daily_totals
from aggregator.series import periods_until
from aggregator.spans import counts_in
from cli.answers import catalogue
from cli.answers.shapes import shape_of
from cli.publishing import Publisher
from cli.query_options import QueryOptions, Window, resolve
from cli.report.counts import Count, columns, counts_of, folded, period_of
from cli.report.details import adoption_rows, on_disk, origin_rows, text_change_rows
from cli.report.team import team
from cli.report.texts import duration_tops, shortened, unusual, worded
from cli.results.status import status
from cli.session import Session
from schema.warehouse import Connection

WHOLE = QueryOptions()
"""All active projects, skills and agents."""

Value: TypeAlias = str | int | float | bool | None

ALL = 1_000_000
"""A row limit that is never reached; the page shows what fits."""

ANOMALY_DAYS = 90
RECENT, WEEKS, MONTHS = 4, 12, 12
"""The selectable periods: the last 4 weeks, 12 weeks or 12 months, all full ones."""

QUESTIONS: Mapping[str, tuple[str, QueryOptions, Mapping[str, Value]]] = {
    "summary": ("summary", QueryOptions(), {}),
    "health": ("health", QueryOptions(), {}),
    "top": ("top-skills", QueryOptions(), {"limit": ALL}),
    "daily": ("trends", QueryOptions(), {"grain": "daily", "periods": 35, "limit": ALL}),
    "weekly": ("trends", QueryOptions(), {"grain": "weekly", "periods": WEEKS, "limit": ALL}),
    "monthly": ("trends", QueryOptions(), {"grain": "monthly", "periods": MONTHS, "limit": ALL}),
    "anomalies": ("anomalies", QueryOptions(Window(days=ANOMALY_DAYS)), {"limit": 500}),
    "recommend": ("recommend", QueryOptions(), {"limit": 100}),
}
"""The parts of the report, each with its query."""

FRESHNESS = (
    *("rows", "rejected_records", "stale_buckets", "aggregates_refreshed_at", "last_collect_at"),
    *("last_outcome", "last_success_at", "schedule", "next_run_at", "overdue", "projects"),
)
"""Fields of the warehouse's state in the report, without its path."""


def contents(
    con: Connection,
    session: Session,
    *,
    publisher: Publisher | None = None,
    selection: QueryOptions = WHOLE,
) -> dict[str, Any]:
    """The answers by part, as JSON, and the counts by period; public with a publisher.

    Only the projects of ``selection`` are in it. A team's numbers and experiments are always whole.
    Raises UsageError and UnknownName for a selection without projects.
    """

    def answer(name: str, options: QueryOptions, values: Mapping[str, Value]) -> dict[str, Any]:
        return dict(catalogue.known(name).answer(con, session, options, values).answer.envelope())

    def selected(name: str, options: QueryOptions, values: Mapping[str, Value]) -> dict[str, Any]:
        return answer(name, replace(selection, window=options.window), values)

    def published(name: str, envelope: dict[str, Any]) -> dict[str, Any]:
        return envelope if publisher is None else publisher.publish(envelope, shape_of(name))

    parts: dict[str, Any] = {
        part: shortened(worded(published(question[0], selected(*question))))
        for part, question in QUESTIONS.items()
    }
    parts["anomalies"] = unusual(parts["anomalies"])
    query = resolve(con, session.now, selection)
    day = today(session.now, query.zone)
    parts["spans"] = spans(day)
    parts["duration_tops"] = duration_tops()
    months = selected("activity", QueryOptions(), {"grain": "monthly", "periods": None})
    if publisher is None:
        weeks = selected("activity", QueryOptions(), {"grain": "weekly", "periods": 2 * WEEKS})
        listed = _periods("monthly", 2 * MONTHS, day)
        parts["months"] = columns(folded(counts_of(months["data"]), listed[0][0]), listed)
        parts["weeks"] = columns(counts_of(weeks["data"]), _periods("weekly", 2 * WEEKS, day))
        parts["days"] = columns(*_days(con, query.question, day))
        parts["sides"] = columns(*_sides(con, query.question, parts["health"]["data"]))
        parts["projects"] = shortened(_projects(con, query.question))
        top = parts["top"]["data"]
        parts["adoption"] = shortened(adoption_rows(con, query.question, top))
        parts["origins"] = shortened(origin_rows(con, query.question))
        parts["texts"] = shortened(text_change_rows(con, query.question, query.zone))
        parts["disk"] = shortened(on_disk(selected("skills", QueryOptions(), {"limit": ALL})))
        experiments = answer("experiment-list", WHOLE, {})
        parts["experiments"] = shortened(experiments["data"])
        parts["team"] = team(con, session, lambda name, values: answer(name, WHOLE, values))
        parts["status"] = _freshness(con, session, query.question.scope.ids)
    else:
        # With counts by week and by month, single uses could be identified.
        months["data"] = published("activity", {**months, "data": _whole(months["data"])})["data"]
        parts["months"] = columns(counts_of(months["data"]))
        parts.update({name: columns([]) for name in ("weeks", "days", "sides")})
        parts["projects"] = _public_projects(query.question, publisher, months["data"])
        parts.update({name: [] for name in ("adoption", "origins", "texts", "experiments")})
        # Skills on disk are never published.
        parts["disk"] = {"rows": [], "listings": []}
        # Only the team itself may publish what its members use.
        parts["team"] = None
        parts["status"] = {"data": [], "warnings": []}
    return parts


def _freshness(con: Connection, session: Session, selected: Sequence[str]) -> dict[str, Any]:
    """The state of the warehouse, and of the selected projects (ids)."""
    answer: Any = status(con, session).envelope()
    data = [{name: row[name] for name in FRESHNESS} for row in answer["data"]]
    for row in data:
        row["projects"] = [each for each in row["projects"] if each["project_id"] in selected]
    return dict(shortened({"data": data, "warnings": answer["warnings"]}))


def spans(day: date) -> dict[str, list[list[str]]]:
    """The first and last day of each period that can be selected, and of the one before it."""
    monday, month = bucket("weekly", day).start, day.replace(day=1)

    def weeks(count: int) -> list[list[str]]:
        ends = [monday - timedelta(weeks=count * number) for number in range(3)]
        return [_first_and_last(ends[1], ends[0]), _first_and_last(ends[2], ends[1])]

    years = [month.replace(year=month.year - number) for number in range(3)]
    return {
        "recent": weeks(RECENT),
        "weeks": weeks(WEEKS),
        "months": [_first_and_last(years[1], years[0]), _first_and_last(years[2], years[1])],
    }


def _first_and_last(first: date, after: date) -> list[str]:
    return [str(first), str(after - timedelta(days=1))]


def _periods(grain: PeriodGrain, complete: int, day: date) -> list[Any]:
    """The last complete periods, oldest first, and the current one."""
    found = periods_until(grain, complete, day)
    return [period_of(each, is_open=each == found[-1]) for each in found]


def _days(con: Connection, question: Question, day: date) -> tuple[list[Count], list[Any]]:
    """The days of twice the shortest period that can be selected, and those since then."""
    first = bucket("weekly", day).start - timedelta(weeks=2 * RECENT)
    rows = daily_totals(con, question, Span(first, day))
    found = [
        Count(
            (str(row.day), str(row.day), row.day == day),
            row.project_id,
            row.kind,
            None,
            (row.counts.successes, row.counts.failures, row.counts.abandoned, row.counts.unknown),
        )
        for row in rows
    ]
    return found, _periods("daily", (day - first).days, day)


def _sides(
    con: Connection, question: Question, health: Sequence[Mapping[str, Any]]
) -> tuple[list[Count], list[Any]]:
    """The days before and the last days, as health compares them, by project."""
    trend = next((row["trend"] for row in health), None)
    if trend is None:
        return [], []
    compared = [
        Span(date.fromisoformat(side["since"]), date.fromisoformat(side["until"]))
        for side in (trend["previous"], trend["current"])
    ]
    periods = [period_of(span) for span in compared]
    found = [
        Count(period, *key, (each.successes, each.failures, each.abandoned, each.unknown))
        for key, counts in counts_in(con, question, compared, by="project").items()
        for period, each in zip(periods, counts, strict=True)
        if each.total_invocations
    ]
    return found, list(periods)


def _projects(con: Connection, question: Question) -> list[dict[str, Any]]:
    """Every selected project, with the first and last observed day by kind and overall."""
    found = observation(con, question)
    return [
        {
            "project_id": project.project_id,
            "project_name": project.name,
            "project_type": project.project_type,
            "observed": {
                kind or "all": [str(seen.since), str(max(seen.until, seen.last_day))]
                for kind in (None, "skill", "agent")
                if (seen := found.of([project.project_id], kind)) is not None
            },
            "last_day": None
            if (whole := found.of([project.project_id])) is None
            else str(whole.last_day),
        }
        for project in question.scope.projects
    ]


def _public_projects(
    question: Question, publisher: Publisher, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The pseudonyms and types of the projects with published counts."""
    named = {row["project_id"]: row["project_name"] for row in rows if row["project_id"]}
    return [
        {
            "project_id": pseudonym,
            "project_name": named[pseudonym],
            "project_type": project.project_type and publisher.type_of(project.project_type),
            "observed": {},
            "last_day": None,
        }
        for project in question.scope.projects
        if (pseudonym := publisher.project(project.project_id)) in named
    ]


def _whole(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of an ``activity`` answer, added up over all periods."""
    like = {(row["project_id"], row["kind"], row["skill_name"]): row for row in rows}
    found = []
    for each in folded(counts_of(rows), None):
        since, until, is_open = each.period
        success, failed, abandoned, unknown = each.counts
        found.append(
            {
                **like[each.project_id, each.kind, each.skill_name or ""],
                "since": since,
                "until": until,
                "is_open": is_open,
                "total_invocations": sum(each.counts),
                "successful_completions": success,
                "failures": failed,
                "abandoned": abandoned,
                "unknown": unknown,
                "p50_duration_ms": None,
            }
        )
    return found
