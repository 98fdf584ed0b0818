"""Nothing outside the agreement is in any object of a team's store, however it hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from aggregator.team.agreement import KEY, parse, serialise
from aggregator.team.counters import Outgoing
from aggregator.team.join import confirm, found_team, propose
from aggregator.team.names import fold
from aggregator.team.publish import publish
from aggregator.team.store import Store, open_store
from aggregator.team.weekly_rollup import roll_up
from collector.projects.registering import register
from conftest import NOW, Fleet, invocation, write_skills
from members import write_rows

pytestmark = pytest.mark.slow

SHARED = ("code-review", "test-ok")
HIDDEN = {
    "not listed": "topsecret",
    "the case of a listed name": "Code-Review-topsecret",
    "withheld": "test-topsecret",
    "in capitals": "test-TOPSECRET",
    "in full width": "test-\uff34\uff2f\uff30\uff33\uff25\uff23\uff32\uff25\uff34",
    "with a Cyrillic letter": "test-t\u043epsecret",
    "with a digit": "test-t0psecret",
    "with an accent": "test-tops\u00e9cret",
    "with an invisible character": "test-top\u200bsecret",
    "with a space inside": "test-top secret",
    "with a space before": " test-topsecret",
    "with a line break": "test-topsecret\n",
    "with a stroke": "test-t\u00f8psecret",
}
TYPES = ("cli", "CLI topsecret", "cli\u200btopsecret", "topsecret GmbH", " cli", None)


def texts(store: Store) -> str:
    """All texts of a store: keys, bytes as they are, and the values that compression hides."""
    found = []
    for folder in ("members/", "experiments/", "community/", "rollups/"):
        for entry in store.list(folder):
            data = store.get(entry.key).data
            found += [entry.key, data.decode("utf-8", "replace")]
            if entry.key.endswith(".parquet"):
                path = Path(store.url) / entry.key
                with duckdb.connect() as con:
                    found += map(str, con.read_parquet(str(path)).fetchall())
    return "\n".join([*found, store.get(KEY).data.decode()])


def test_nothing_outside_the_agreement_is_in_any_object(fleet: Fleet, tmp_path: Path) -> None:
    """In case, alphabets, Unicode forms, spaces or a project's type; neither in the member's own
    object nor in what the rollup publishes, also if other members send such names."""
    for number, project_type in enumerate(TYPES):
        folder = fleet.project(f"p{number}-topsecret")
        with fleet.warehouse.writing() as con:
            register(con, folder, now=NOW, default_timezone="UTC", project_type=project_type)
        records = [
            invocation(
                name,
                f"2026-11-{day:02}T09:{place:02}:0{number}",
                session_id="topsecret",
                workflow_path="topsecret",
                error_type="topsecret",
            )
            for day in (3, 4, 10)
            for place, name in enumerate((*SHARED, *HIDDEN.values()))
        ]
        write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()
    store = open_store(str(tmp_path / "team"))
    found_team(
        store, name="Tools", skills=["code-review", "test-*"], project_types=["cli"], teams=["a"]
    )
    agreed = store.get(KEY)
    least = replace(parse(agreed.data), least_members=3)
    store.put(KEY, serialise(least), expected_etag=agreed.etag)
    monday = NOW.date() - timedelta(days=NOW.weekday() + 7)
    for number in range(1, 5):
        member = f"{number:012x}"
        rows = [
            (member, "a", monday, "skill", name, project_type, "writer", "success", None, 5)
            for name in (*SHARED, "topsecret", "Topsecret-2")
            for project_type in ("cli", "topsecret")
        ]
        data = write_rows(tmp_path / "member.parquet", rows)
        store.put(f"members/{member}.parquet", data, expected_etag=None)
    proposal = propose(
        fleet.warehouse, now=NOW, url=store.url, since="2026-10-01", withhold=["*topsecret*"]
    )
    with fleet.warehouse.writing() as con:
        confirm(con, proposal)
    sent = publish(fleet.warehouse, now=NOW).counted
    assert isinstance(sent, Outgoing)
    done = roll_up(store, now=NOW)
    for number in range(1, 5):
        store.delete(f"members/{number:012x}.parquet")

    assert {row.skill for row in sent.rows} == set(SHARED)
    assert {row.project_type for row in sent.rows} == {"cli", "(other)"}
    assert {each.skill_name for each in sent.left_out} == set(HIDDEN.values())
    assert done.header.members == 5
    told = texts(store)
    assert all(name in told for name in (*SHARED, "(other)"))
    assert "topsecret" not in fold(told) and "topsecret" not in told.casefold()
