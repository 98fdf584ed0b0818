"""The options that select span, projects and kind; ``resolve`` turns them into a query.

Cheap to import: commands use it while DuckDB is still being loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.parameters import (
    ALL_PROJECTS,
    ALL_TIME,
    KIND,
    LISTING_BUDGET,
    ROW_DAYS,
    TAGS,
    TYPES,
    WINDOW,
    Grain,
    Kind,
)
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.spelling import parameter

if TYPE_CHECKING:
    from aggregator.calendar import Span
    from aggregator.parameters import Kind
    from aggregator.query import Query
    from schema.warehouse import Connection


@dataclass(frozen=True)
class Window:
    """The options for a span, as they were given."""

    window: Grain = WINDOW.default
    period: str | None = None
    since: str | None = None
    until: str | None = None
    days: int | None = None
    all_time: bool = ALL_TIME.default
    """Every day, also for a question that is about the last days unless another span is named."""

    def span(self, now: datetime, zone: str) -> Span:
        """The span. BadDate for an invalid day, UsageError for more than one span."""
        from aggregator import calendar, dates

        ranged = self.since is not None or self.until is not None
        given = [
            self.window != WINDOW.default,
            self.period is not None,
            ranged,
            self.days is not None,
        ]
        if sum([*given, self.all_time]) > 1:
            raise _more_than_one("all_time" if self.all_time else "window")
        today = calendar.today(now, zone)
        if self.period is not None:
            return dates.parse_period(self.period, now, zone)
        if self.days is not None:
            return calendar.last_days(self.days, today)
        if ranged:
            return dates.parse_range(self.since, self.until, now, zone)
        return calendar.bucket(self.window, today)


def of_rows(
    period: str | None,
    since: str | None,
    until: str | None,
    days: int | None,
    all_time: bool,
) -> Window:
    """The span of a command that reads records; default: the last 90 days.

    UsageError for more than one span.
    """
    ranged = since is not None or until is not None
    if sum((all_time, period is not None, ranged, days is not None)) > 1:
        raise _more_than_one("all_time")
    named = Window(WINDOW.default, period, since, until, days)
    return Window(days=ROW_DAYS.default) if named == Window() and not all_time else named


def _more_than_one(whole: str) -> UsageError:
    names = (whole, "period", "since", "until", "days")
    whole, period, since, until, days = (parameter(each) for each in names)
    hint = f"Use one of {whole}, {period}, {since}/{until} and {days}."
    return UsageError("More than one span is given.", hint)


@dataclass(frozen=True)
class QueryOptions:
    """Span, projects (ids, names or paths; none: all active ones) and kind of a query.

    ``all_projects`` includes unregistered ones; of the projects only those of one of the ``types``
    and with the ``tags``.
    """

    window: Window = Window()
    projects: Sequence[str] = ()
    kind: Kind = KIND.default
    all_projects: bool = ALL_PROJECTS.default
    types: Sequence[str] = TYPES.default
    tags: Sequence[str] = TAGS.default


def resolve(con: Connection, now: datetime, options: QueryOptions) -> Query:
    """The query of these options at the moment ``now``.

    Raises UnknownName for a project that is not registered, BadDate or UsageError for its span.
    """
    from aggregator.measures import Question, last_collected, nothing_recorded, scope, zone_of
    from aggregator.query import Query
    from aggregator.silence import unobserved
    from cli.configuration import Configuration
    from cli.details import CommandLines

    # The same for every front end: what is compared is no matter of one command.
    configuration = Configuration()
    zone = zone_of(con)
    recent_days, earlier_days = configuration.compared_days
    question = Question(
        options.window.span(now, zone),
        scope(
            con,
            options.projects,
            include_inactive=options.all_projects,
            types=options.types,
            tags=options.tags,
        ),
        options.kind,
        now,
        recent_days=recent_days,
        earlier_days=earlier_days,
        listing_budget=configuration.number("listing_budget", LISTING_BUDGET),
    )
    lines = CommandLines(
        tuple(options.projects), options.all_projects, tuple(options.types), tuple(options.tags)
    )
    return Query(
        question,
        zone,
        last_collected(con),
        lines,
        options.window.days,
        unobserved(con, question, zone),
        nothing_recorded(con),
    )
