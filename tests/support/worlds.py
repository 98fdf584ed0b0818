"""Projects whose rows the oracle knows, and the warehouse that collected them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.measures import Question, Scope, scope
from aggregator.parameters import Kind
from aggregator.refresh import refresh
from cli.query_options import Window
from collector.collect import collect
from collector.projects.registering import register
from conftest import NOW, THOROUGH, execution, invocation, write_executions, write_skills
from made import made_once
from oracle import Row, local_day, read_project
from places import SAMPLES
from schema.warehouse import Connection, Warehouse, reporting_zone

ZONES = (
    *("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Sydney"),
    *(("Asia/Kolkata",) if THOROUGH > 1 else ()),
)
"""No change of the clock, one in the north, parts of an hour, one in the south."""

STATES = ("collected", "refreshed", "rebuilt")
"""A warehouse before its refresh, after it, and after its rollups were computed anew."""

Projects = list[tuple[str, str]]
"""Names, and the zones that they live in."""

TYPES = ("cli", "web", None)
LATER = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
"""The moment of the generated world: after the turn of a year with 53 weeks."""

YEAR_ENDS = (
    *(date(2024, 12, day) for day in (29, 30, 31)),
    *(date(2025, 1, day) for day in (1, 5, 6)),
    *(date(2025, 12, day) for day in (28, 29, 31)),
    *(date(2026, 12, day) for day in (27, 28, 31)),
    *(date(2027, 1, day) for day in (1, 3, 4)),
)


@dataclass(frozen=True)
class World:
    """A warehouse, and all that is in it as the oracle reads it."""

    warehouse: Warehouse
    rows: tuple[Row, ...]
    types: dict[str, str | None]
    zone: ZoneInfo
    now: datetime
    reporting: str
    scopes: dict[tuple[str, ...], Scope] = field(default_factory=dict)

    def asked(
        self,
        since: date | None,
        until: date | None,
        projects: Sequence[str] = (),
        kind: str = "all",
    ) -> list[Row]:
        """The rows that a question is about."""
        return [
            row
            for day, rows in self.by_day.items()
            if (since is None or since <= day) and (until is None or day <= until)
            for row in rows
            if kind in ("all", row.kind) and (not projects or row.project in projects)
        ]

    @cached_property
    def by_day(self) -> dict[date, list[Row]]:
        """The rows of each day by the zone's clock."""
        found: dict[date, list[Row]] = {}
        for row in self.rows:
            found.setdefault(local_day(row.invoked_at, self.zone), []).append(row)
        return found


def question(
    con: Connection,
    world: World,
    window: Window,
    projects: tuple[str, ...] = (),
    kind: Kind = "all",
) -> Question:
    """The question as the commands put it, but for looking up the same projects only once."""
    if projects not in world.scopes:
        world.scopes[projects] = scope(con, projects)
    span = window.span(world.now, world.reporting)
    return Question(span, world.scopes[projects], kind, world.now)


@contextmanager
def in_state(world: World, state: str) -> Iterator[Connection]:
    """A connection to the world's warehouse in one of `STATES`."""
    beside = world.warehouse.path.with_name(f"{state}.duckdb")
    with Warehouse(beside).reading() as con:
        yield con


def sample_world(factory: pytest.TempPathFactory, zone: str) -> World:
    """The sample projects, in the zone that is also reported in."""
    projects = [(name, zone) for name in _sources()]
    return _world(factory, "samples", _copied, projects, zone, NOW)


def _sources() -> dict[str, Path]:
    """The samples that tell of something; some are copies, whose records count once for all."""
    sources = [*sorted((SAMPLES / "skill_metrics_by_writer").iterdir()), SAMPLES / "kaizen_project"]
    told: dict[frozenset[Row], Path] = {}
    for source in sources:
        told.setdefault(frozenset(read_project(source, "", ZoneInfo("UTC"))), source)
    return {source.name: source for source in told.values()}


def _copied(root: Path, projects: Projects, zone: str) -> None:
    for name, source in _sources().items():
        shutil.copytree(source, root / name)


def generated_world(factory: pytest.TempPathFactory, zone: str) -> World:
    """Rows at every edge of the zone's calendar, in three projects that live in other zones too."""
    abroad = "Australia/Sydney" if zone != "Australia/Sydney" else "America/Los_Angeles"
    projects = [("home", zone), ("abroad", abroad), ("agents", "UTC")]
    return _world(factory, "generated", _generated, projects, zone, LATER)


def _generated(root: Path, projects: Projects, zone: str) -> None:
    dice = random.Random(f"edges of {zone}")
    for name, lives_in in projects[:2]:
        moments = [*_edges(ZoneInfo(zone)), *_recent(dice)]
        records = [
            _skill(dice, moment.astimezone(ZoneInfo(lives_in)).replace(tzinfo=None))
            for moment in moments
        ]
        write_skills(root / name, {"invocations": records, "last_updated": "2027-02-01T00:00:00"})
    for agent in ("reviewer", "drifter"):
        moments = sorted([*_edges(ZoneInfo(zone)), *_recent(dice)])
        lines = [_execution(dice, agent, moment.astimezone(ZoneInfo(zone))) for moment in moments]
        write_executions(root / "agents", agent, lines)


def _world(
    factory: pytest.TempPathFactory,
    name: str,
    write: Callable[[Path, Projects, str], None],
    projects: Projects,
    zone: str,
    now: datetime,
) -> World:
    """The projects that ``write`` writes, in a warehouse in each of `STATES`; made once."""
    types = {project: TYPES[i % len(TYPES)] for i, (project, _) in enumerate(projects)}

    def make(root: Path) -> None:
        write(root, projects, zone)
        warehouse = Warehouse(root / "data" / "collected.duckdb", zone)
        with warehouse.writing() as con:
            for project, lives_in in projects:
                kind = types[project]
                folder = root / project
                register(con, folder, now=now, default_timezone=lives_in, project_type=kind)
        collect(warehouse, now=now)
        for state in STATES[1:]:
            copy = Warehouse(root / "data" / f"{state}.duckdb")
            shutil.copyfile(warehouse.path, copy.path)
            refresh(copy, now=now, full=state == "rebuilt")

    root = made_once(factory, f"{name}-{zone.replace('/', '-')}", make)
    rows = [
        row
        for project, lives_in in projects
        for row in read_project(root / project, project, ZoneInfo(lives_in))
    ]
    warehouse = Warehouse(root / "data" / "collected.duckdb", zone)
    with warehouse.reading() as con:
        reporting = reporting_zone(con)
    return World(warehouse, tuple(rows), types, ZoneInfo(zone), now, reporting)


def _edges(zone: ZoneInfo) -> Iterator[datetime]:
    """Moments around both clock changes of 2026, and around the midnights of years' ends."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=n) for n in range(365 * 24)]
    for hour in hours:
        before = hour - timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != before.astimezone(zone).utcoffset():
            for minutes in (-90, -60, -30, 0, 30, 60, 90, 1440):
                yield hour + timedelta(minutes=minutes)
            yield hour - timedelta(microseconds=1)
    for day in YEAR_ENDS:
        midnight = datetime.combine(day, time(), zone).astimezone(UTC)
        for offset in (timedelta(0), timedelta(microseconds=1), timedelta(hours=12)):
            yield midnight + offset
        yield midnight - timedelta(microseconds=1)


def _recent(dice: random.Random) -> list[datetime]:
    """Moments of the last half year, most of them of late."""
    ages = (dice.random() ** 3 * 180 for _ in range(150))
    return [LATER - timedelta(days=age, microseconds=dice.randrange(10**6)) for age in ages]


def _skill(dice: random.Random, written: datetime) -> dict[str, object]:
    completed = dice.random() < 0.7
    failed = not completed and dice.random() < 0.6
    return invocation(
        dice.choice(["code-review", "code-review", "release", "drifter", "rare-one"]),
        written.isoformat(),
        completed=completed,
        error_type=dice.choice(["TimeoutError", "ToolError"]) if failed else None,
        duration_seconds=dice.choice([None, 0.01, -3600.0, round(dice.expovariate(0.02), 6)]),
        session_id=dice.choice([None, "s-1", f"s-{dice.randrange(40)}"]),
        workflow_path=dice.choice([None, "quick", "comprehensive"]),
        follow_up_actions=dice.choices(["git commit", "run tests", "retry"], k=dice.randrange(4)),
    )


def _execution(dice: random.Random, agent: str, moment: datetime) -> dict[str, object]:
    record = execution(
        moment.isoformat(),
        agent=agent,
        success=dice.choice([True, True, True, False, 1, 0, None]),
        execution_time_s=dice.choice([None, round(dice.expovariate(0.01), 3)]),
        quality_score=dice.choice([None, round(dice.random(), 4)]),
    )
    if dice.random() < 0.3:
        record["session_id"] = f"s-{dice.randrange(20)}"
    if dice.random() < 0.2:
        record["idempotency_key"] = f"key-{dice.randrange(60)}"
    return record
