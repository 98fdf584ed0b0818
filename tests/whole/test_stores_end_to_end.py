"""A fleet that keeps its invocations in documents, in databases and in both gives right answers.

What is right is computed a second time: ``oracle_stores.py`` reads the same stores with sqlite3.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aggregator.verify import verify
from command_line import Program
from conftest import execution, invocation, write_executions, write_skills
from expected import ranking
from kept_rollups import assert_right, assert_sums_agree
from oracle import Row, measure
from oracle_stores import LEGACY, read_stores
from schema.warehouse import Warehouse
from stored import in_order, stored_rows
from stores import VERSIONS, bring_in, insert_bridged, make_bridge, make_store, store

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York")
START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def records(dice: random.Random, count: int) -> list[dict[str, Any]]:
    """Invocations of six weeks, some of them unfinished, unmeasured or twice there."""
    made = []
    for number in range(count):
        at = START + timedelta(minutes=dice.randrange(60 * 24 * 40))
        completed = dice.random() < 0.8
        made.append(
            invocation(
                dice.choice(["review", "deploy", "röntgen"]),
                at.replace(tzinfo=None).isoformat() + dice.choice(["", "", "+00:00"]),
                session_id=f"s-{number // 5}",
                completed=completed,
                duration_seconds=dice.choice([None, 0.01, round(dice.uniform(0.1, 90), 3)]),
                error_type=None if completed else dice.choice([None, "ToolError"]),
                follow_up_actions=dice.choice([[], ["test"], ["test", "commit"]]),
                workflow_path=dice.choice([None, "quick"]),
            )
        )
    return [*made, *made[:3]]


def lay_out(root: Path) -> dict[str, ZoneInfo]:
    """Projects of every version and every way of keeping invocations; their zones by name."""
    dice = random.Random(11)
    zones: dict[str, ZoneInfo] = {}

    def project(name: str) -> Path:
        zones[name] = ZoneInfo(ZONES[len(zones) % len(ZONES)])
        (root / name).mkdir(parents=True)
        return root / name

    for versions in VERSIONS:
        both = records(dice, 40)
        folder = project("both-" + "-".join(map(str, versions)))
        write_skills(folder, {"invocations": both, "skills": {}, "last_updated": ""})
        begun = [{**each, "completed": False, "duration_seconds": None} for each in both[:10]]
        phase = {"workflow_phase": "setup"} if 3 in versions else {}
        journal = "wal" if 2 in versions else "delete"
        store(
            make_store(folder, versions, journal=journal),
            [*begun, *({**each, **phase} for each in [*both[10:], *records(dice, 5)])],
        )
    # Each project has records of its own: those that two projects share count once.
    bring_in(make_store(project("imported")), records(dice, 40))
    moved = records(dice, 40)
    folder = project("imported-and-kept")
    write_skills(folder, {"invocations": moved})
    bring_in(make_store(folder), moved[:30])
    write_executions(folder, "agent", [execution(), execution(success=False)])
    many = records(dice, 1500)
    store(make_store(project("many")), many)
    folder = project("legacy")
    old = [{k: v for k, v in each.items() if k != "session_id"} for each in records(dice, 20)]
    (folder / LEGACY).parent.mkdir()
    (folder / LEGACY).write_text(json.dumps({"invocations": old, "skills": {}}))
    bring_in(make_store(folder), old[:10])
    insert_bridged(make_bridge(project("bridge")), ["fix", "plan", "fix"])
    return zones


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, ZoneInfo]]:
    root = tmp_path_factory.mktemp("fleet")
    return root, lay_out(root)


def oracle_rows(fleet: tuple[Path, dict[str, ZoneInfo]]) -> list[Row]:
    root, zones = fleet
    return [row for name, zone in zones.items() for row, _ in read_stores(root / name, name, zone)]


def test_a_fleet_with_databases_is_counted_right(
    fleet: tuple[Path, dict[str, ZoneInfo]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows, rollups and answers, by the commands, against the stores read another way."""
    root, zones = fleet
    run = Program(tmp_path, capsys, monkeypatch)
    for name, zone in zones.items():
        assert run("register-project", str(root / name), "--timezone", zone.key).code == 0

    refreshed = run("refresh")
    answer = run("top-skills", "--limit", "100", "--json").json
    told = run("effectiveness", "review", "--json").json

    rows = oracle_rows(fleet)
    warehouse = Warehouse(run.warehouse)
    assert (refreshed.code, refreshed.err) == (0, "")
    assert len(rows) > 1800
    assert stored_rows(warehouse) == in_order(rows)
    assert_right(warehouse, rows, "UTC")
    assert_sums_agree(warehouse)
    wanted = ranking(rows, limit=100)
    assert [(row["rank"], row["skill_name"]) for row in answer["data"]] == [
        (row.rank, row.name) for row in wanted
    ]
    for row, want in zip(answer["data"], wanted, strict=True):
        assert row["total_invocations"] == want.measures.total_invocations
        assert row["sessions"] == want.measures.sessions
        for each in ("success_rate", "success_rate_low", "avg_duration_ms", "p95_duration_ms"):
            number = getattr(want.measures, each)
            expected = None if number is None else pytest.approx(number, rel=1e-9)
            assert row[each] == expected, each
    reviews = measure(row for row in rows if row.name == "review")
    assert told["data"][0]["projects"] == reviews.projects
    with warehouse.reading() as con:
        assert verify(con).sentences == []
