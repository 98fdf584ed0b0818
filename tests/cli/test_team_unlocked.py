"""Whoever talks to a team's store does not keep others from the warehouse meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.team.join import confirm, found_team, propose
from aggregator.team.publish import forget, preview, publish
from aggregator.team.store import open_store
from cli.team_publishing import fetch_shared
from conftest import NOW, Fleet, invocation, write_skills
from places import PYTHONPATH
from watched_store import Watched

pytestmark = pytest.mark.slow

WRITE = """
import sys
from pathlib import Path
from schema.warehouse import Warehouse
with Warehouse(Path(sys.argv[1]), "UTC", write_wait_s=0.5).writing() as con:
    con.execute("create or replace table written as select 1").fetchall()
"""


def test_the_warehouse_is_free_during_every_request(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes to it while a member joins, looks, fetches and leaves; publishing has
    a test of its own."""
    records = [invocation("code-review", "2026-11-03T09:00:00")]
    write_skills(fleet.project("app"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    warehouse, url = fleet.warehouse, str(tmp_path / "team")
    found_team(open_store(url), skills=["code-review"])
    store = Watched(url)
    ended: list[int] = []

    def write(_: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", WRITE, str(warehouse.path)],
            env={"PYTHONPATH": PYTHONPATH},
            check=False,
        )
        ended.append(done.returncode)

    def asked() -> list[str]:
        """The requests since the last look, none of which found the warehouse locked."""
        requests, store.requests = store.requests, []
        assert ended == [0] * len(requests)
        ended.clear()
        return [request.split()[0] for request in requests]

    store.before = write
    proposal = propose(warehouse, now=NOW, url=url, since="2026-10-01", opener=store)
    assert asked() == ["get"]
    with warehouse.writing() as con:
        confirm(con, proposal)
    publish(warehouse, now=NOW)
    preview(warehouse, now=NOW, opener=store)
    assert asked() == ["head"]
    monkeypatch.setattr("aggregator.team.store.open_store", store)
    assert fetch_shared(warehouse) == []
    assert asked() == ["get", "list"]
    forget(warehouse, opener=store)
    assert asked() == ["get", "delete", "delete"]
