"""What one run of the program works with: its warehouse, its moment, and how it prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from cli.output import Answer, Output
from cli.text import age, moment
from schema.errors import UsageError
from schema.settings import Settings
from schema.warehouse import Warehouse

if TYPE_CHECKING:
    from aggregator.calendar import Span
    from aggregator.measures import Kind, Question
    from schema.warehouse import Connection


@dataclass(frozen=True)
class Session:
    """One run. ``now`` is its one moment: every number of an answer is as of then."""

    settings: Settings
    output: Output
    now: datetime

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.settings.warehouse_path, self.settings.timezone)


@dataclass(frozen=True)
class Window:
    """The options that name a span, as they were given."""

    window: str = "all"
    period: str | None = None
    since: str | None = None
    until: str | None = None
    days: int | None = None

    def span(self, now: datetime, zone: str) -> Span:
        """The span they name. BadDate or UsageError when they name none, or more than one."""
        from aggregator import calendar

        ranged = self.since is not None or self.until is not None
        given = [self.window != "all", self.period is not None, ranged, self.days is not None]
        if sum(given) > 1:
            raise UsageError(
                "More than one span is named.",
                "Use one of --window, --period, --since/--until and --days.",
            )
        today = calendar.today(now, zone)
        if self.period is not None:
            return calendar.parse_period(self.period)
        if self.days is not None:
            return calendar.last_days(self.days, today)
        if ranged:
            return calendar.span(_day(self.since, "--since"), _day(self.until, "--until"))
        grain = next(grain for grain in calendar.GRAINS if grain == self.window)
        return calendar.bucket(grain, today)


def _day(text: str | None, option: str) -> date | None:
    from aggregator.calendar import parse_day

    return None if text is None else parse_day(text, option)


@dataclass(frozen=True)
class Asked:
    """A question, the zone it is answered in, and what an answer's surroundings need."""

    question: Question
    zone: str
    collected_at: datetime | None

    def filters(self, **more: object) -> dict[str, object]:
        """The question as the JSON envelope repeats it."""
        span, scope = self.question.span, self.question.scope
        return {
            "window": span.grain,
            "since": None if span.since is None else span.since.isoformat(),
            "until": None if span.until is None else span.until.isoformat(),
            "kind": self.question.kind,
            "projects": None if scope.is_default else [p.project_id for p in scope.projects],
            **more,
        }

    def warnings(self) -> list[str]:
        if not self.question.scope.projects:
            return ["No project is registered yet: skillhouse register-project PATH"]
        if self.collected_at is None:
            return ["Nothing has been collected yet: skillhouse refresh"]
        return []

    def footer(self) -> str:
        """The line that names zone, span and freshness."""
        span = self.question.span.label()
        if self.collected_at is None:
            fresh = "never collected"
        else:
            when = moment(self.collected_at, self.zone)
            fresh = f"collected {age(self.collected_at, self.question.now)} ({when})"
        return f"{span} | zone {self.zone} | {fresh}"


@contextmanager
def reading(session: Session, report: str) -> Iterator[Connection]:
    """A connection to read by. While DuckDB opens the file, the report's modules are imported."""

    def prepare() -> None:
        import_module(f"aggregator.reports.{report}")
        import_module("cli.fields" if session.output.as_json else "cli.screen")

    meanwhile = Thread(target=prepare)
    meanwhile.start()
    with session.warehouse.reading() as con:
        meanwhile.join()
        yield con


def ask(
    con: Connection,
    session: Session,
    window: Window,
    projects: Sequence[str],
    kind: Kind = "all",
    *,
    all_projects: bool = False,
) -> Asked:
    """The question that a command's options put to the warehouse."""
    from aggregator.measures import Question, last_collected, scope
    from schema.warehouse import reporting_zone

    zone = reporting_zone(con)
    question = Question(
        window.span(session.now, zone),
        scope(con, projects, include_inactive=all_projects),
        kind,
        session.now,
    )
    return Asked(question, zone, last_collected(con))


def answer(
    session: Session, command: str, zone: str, *, warnings: Sequence[str] = (), **fields: Any
) -> Answer:
    """An answer of this run."""
    return Answer(command, session.now, zone, warnings=list(warnings), **fields)
