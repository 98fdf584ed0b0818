"""A warehouse that is in a team, and the community of that team beside it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import skillhouse.warehouse
from aggregator.team.agreement import KEY, Agreement, serialise
from aggregator.team.community import fetch, folder_of
from aggregator.team.store import Store, open_store
from aggregator.team.weekly_rollup import Rollup, roll_up
from command_line import Program
from fleets import DEMO, Demo
from members import Row, write_rows
from schema.connection import transaction
from schema.warehouse import Warehouse

TYPES = ("web", "service", "cli", "library")


def agreement(**values: object) -> Agreement:
    """An agreement that lists every name."""
    told: dict[str, object] = {
        "team_id": "0123456789abcdef",
        "name": "Atlas",
        "skills": ("*",),
        "project_types": TYPES,
        "teams": ("platform", "mobile"),
        "categories": {"quality": ("*review*", "test-*")},
        **values,
    }
    return Agreement(**told)  # type: ignore[arg-type]


def join(warehouse: Warehouse, url: str, agreed: Agreement, now: datetime) -> None:
    """As ``team join`` leaves a warehouse."""
    with warehouse.writing() as con, transaction(con):
        con.execute(
            "insert into team_membership by name select $team_id as team_id, $url as url,"
            " 'platform' as team, $since::date as since, []::varchar[] as withheld,"
            " $agreement::json as agreement, 'x' as agreement_etag, []::varchar[] as counters,"
            " $now::timestamptz as joined_at, $now::timestamptz as confirmed_at,"
            " []::varchar[] as pending",
            {
                "team_id": agreed.team_id,
                "url": url,
                "since": now.date(),
                "agreement": json.dumps(json.loads(serialise(agreed))),
                "now": now.isoformat(),
            },
        ).fetchall()


def as_member(program: Program, path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on the warehouse of a member, at the moment of the demo; also in Python."""
    program.warehouse = path
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(path))
    monkeypatch.setattr(skillhouse.warehouse, "now_utc", lambda: DEMO)
    program.now = DEMO
    return program


def demo_in_a_team(
    root: Path, demo: Demo, members: Mapping[str, list[Row]], rolled_up_at: datetime
) -> Path:
    """The demo's warehouse in a team whose rollup it has fetched; the store is ``root/store``."""
    path = root / "data" / "warehouse.duckdb"
    demo.copied_to(path)
    rolled_up(root, Warehouse(path, "UTC"), agreement(), members, rolled_up_at)
    return path


def members_of(
    seed: int,
    count: int,
    rates: Mapping[str, float],
    now: datetime,
    *,
    weeks: int = 16,
    uses: int = 12,
    roles: Sequence[Sequence[str]] = (),
    recent: Mapping[str, float] | None = None,
) -> dict[str, list[Row]]:
    """Members who use these skills in projects of all types, with these rates.

    With ``roles`` each member uses the skills of one of them nine times in ten; ``recent`` are
    rates of the last four weeks.
    """
    rng = random.Random(seed)
    monday = now.date() - timedelta(days=now.weekday())
    found = {}
    for number in range(count):
        member = f"{number + 1:012x}"
        own = roles[number % len(roles)] if roles else ()
        sums: dict[tuple[date, str, str, str, int | None], int] = {}
        for ago in range(1, weeks + 1):
            for _ in range(uses):
                skill = rng.choice(list(own if own and rng.random() < 0.9 else rates))
                rate = (recent or {}).get(skill, rates[skill]) if ago <= 4 else rates[skill]
                week = monday - timedelta(weeks=ago)
                place = (week, skill, rng.choice(TYPES))
                outcome = "success" if rng.random() < rate else "failure"
                for key in ((*place, outcome, None), (*place, "duration", rng.randint(180, 220))):
                    sums[key] = sums.get(key, 0) + 1
        team = ("platform", "mobile")[number % 2]
        found[member] = [
            (member, team, week, "skill", skill, of_type, "writer", counter, bucket, n)
            for (week, skill, of_type, counter, bucket), n in sorted(sums.items(), key=repr)
        ]
    return found


def store_of(root: Path, agreed: Agreement, members: Mapping[str, list[Row]]) -> Store:
    """A folder with the members' files."""
    store = open_store(str(root / "store"))
    store.prepare()
    store.put(KEY, serialise(agreed), expected_etag=None)
    for member, rows in members.items():
        data = write_rows(root / "member.parquet", rows)
        store.put(f"members/{member}.parquet", data, expected_etag=None)
    return store


def rolled_up(
    root: Path,
    warehouse: Warehouse,
    agreed: Agreement,
    members: Mapping[str, list[Row]],
    now: datetime,
) -> Rollup:
    """A store with these members, rolled up; the warehouse is in the team and knows it."""
    store = store_of(root, agreed, members)
    done = roll_up(store, now=now.astimezone(UTC))
    join(warehouse, store.url, agreed, now)
    fetch(store, agreed.team_id, folder_of(warehouse.path))
    return done
