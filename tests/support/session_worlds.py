"""Projects full of sessions, and the warehouse that collected them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aggregator.measures import Question, scope
from aggregator.parameters import Kind
from aggregator.refresh import refresh
from cli.query_options import Window
from collector.collect import collect
from collector.projects.registering import register
from conftest import NOW, execution, invocation, write_executions, write_skills
from oracle import read_project
from schema.warehouse import Connection, Warehouse, reporting_zone
from worlds import World

Record = dict[str, object]
SKILLS = ("code-review", "deploy", "release", "drifter", "rare-one", "检索")
PAUSES = (0, 0, 0, 29, 60)
"""Minutes after a session's begin at which uses cluster: some pauses are longer than 30 minutes."""
PATHS = (None, "quick", "comprehensive", "focused")


def session_world(
    root: Path, projects: Mapping[str, Sequence[Record]], agents: Sequence[Record] = ()
) -> World:
    """Each project's skill records, and one more of agents' runs; collected and refreshed."""
    warehouse = Warehouse(root / "data" / "warehouse.duckdb", "UTC")
    for name, records in projects.items():
        write_skills(root / name, {"invocations": list(records), "last_updated": ""})
    for agent in sorted({str(run["agent"]) for run in agents}):
        write_executions(root / "agents", agent, [run for run in agents if run["agent"] == agent])
    folders = [root / name for name in [*projects, *(["agents"] if agents else [])]]
    rows = []
    with warehouse.writing() as con:
        for folder in folders:
            register(con, folder, now=NOW, default_timezone="UTC")
            rows += read_project(folder, folder.name, ZoneInfo("UTC"))
    collect(warehouse, now=NOW)
    refresh(warehouse, now=NOW)
    types: dict[str, str | None] = {folder.name: None for folder in folders}
    return World(warehouse, tuple(rows), types, ZoneInfo("UTC"), NOW, "UTC")


def asked_of(
    con: Connection, world: World, kind: Kind = "all", projects: Sequence[str] = ()
) -> Question:
    """The question about all time."""
    zone = reporting_zone(con)
    return Question(Window().span(world.now, zone), scope(con, projects), kind, world.now)


def mixed(seed: str, uses: int = 700) -> dict[str, list[Record]]:
    """Two projects' records of the last three months: sessions that overlap, ties in time, records
    without a session, without a verdict, without an offer."""
    dice = random.Random(seed)
    found: dict[str, list[Record]] = {"home": [], "abroad": []}
    for records in found.values():
        for _ in range(uses):
            day = NOW - timedelta(days=dice.randrange(90), hours=4)
            # Few seconds in few sessions: many uses begin at the same moment.
            at = day.replace(microsecond=0) + timedelta(seconds=dice.randrange(0, 60, 5))
            at += timedelta(minutes=dice.choice(PAUSES))
            session = dice.choice([None, f"s-{day:%j}-{dice.randrange(2)}", f"s-{day:%j}-0"])
            records.append(_record(dice, at, session))
    return found


def _record(dice: random.Random, at: datetime, session: str | None) -> Record:
    completed = dice.choice([True, True, True, False, False, None])
    others = dice.choices(SKILLS, k=dice.randrange(4))
    return invocation(
        dice.choices(SKILLS, (8, 6, 4, 3, 1, 2))[0],
        at.replace(tzinfo=None).isoformat(),
        session_id=session,
        completed=completed,
        error_type="ToolError" if completed is False and dice.random() < 0.6 else None,
        duration_seconds=dice.choice([None, round(dice.expovariate(0.02), 6)]),
        workflow_path=dice.choice(PATHS),
        alternatives_considered=dice.choice([others, others, None]),
        selection_rank=dice.choice([None, 1, 1, 2, 3]),
    )


def agents(seed: str, runs: int = 200) -> list[Record]:
    """Agents' runs, some of them with keys of their own, in sessions that skills have too."""
    dice = random.Random(seed)
    found = []
    for number in range(runs):
        day = NOW - timedelta(days=dice.randrange(60), hours=4)
        at = day.replace(microsecond=0, tzinfo=UTC) + timedelta(seconds=dice.randrange(0, 30, 10))
        at += timedelta(minutes=dice.choice(PAUSES))
        run = execution(
            at.isoformat(),
            agent=dice.choice(["reviewer", "drifter"]),
            success=dice.choice([True, True, False, None]),
            execution_time_s=dice.choice([None, 3.5]),
            session_id=f"s-{day:%j}-0",
        )
        if dice.random() < 0.4:
            run["idempotency_key"] = f"key-{number}"
        found.append(run)
    return found
