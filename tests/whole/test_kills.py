"""Whatever is killed, whenever: the file opens, and the next pass makes up for it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from aggregator.verify import verify
from beside import settle
from collector.collect import collect
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from killing import OPERATIONS, Killer, everything
from older import write_older
from schema.backups import backup
from schema.compact import compact
from schema.places import backups
from schema.warehouse import Warehouse

pytestmark = pytest.mark.xdist_group("kills")

KILLS = int(os.environ.get("SKILLHOUSE_KILLS", "6"))
"""Kills in all, shared among the operations. 200 take some minutes."""

EACH = -(-KILLS // len(OPERATIONS))
LEAST = max(1, EACH // 3)
"""Of which so many have to hit the work; others may come when it has ended."""

SEED = 20261120


class Scene:
    """Projects that have grown since the last pass, warehouses to begin with, and the right end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        fleet = Fleet(root / "projects", Warehouse(root / "start" / "warehouse.duckdb", "UTC"))
        for name in ("alpha", "beta", "gamma"):
            _grow(fleet.project(name), 40)
        fleet.collect()
        refresh(fleet.warehouse, now=NOW)
        for name in ("alpha", "beta", "gamma"):
            _grow(fleet.root / name, 120)
        # A file that has just changed is looked at again by the next pass, killed or not.
        settle(fleet.root)
        self.grown = fleet.warehouse.path
        self.collected = self._copy("collected")
        collect(self.collected, (), now=NOW)
        end = self._copy("end", self.collected.path)
        refresh(end, now=NOW)
        self.old = root / "old.duckdb"
        write_older(fleet.warehouse, 1, self.old)
        self.right = everything(end)

    def _copy(self, name: str, of: Path | None = None) -> Warehouse:
        path = self.root / name / "warehouse.duckdb"
        path.parent.mkdir()
        shutil.copyfile(of or self.grown, path)
        return Warehouse(path, "UTC")

    def begin(self, operation: str, name: str) -> Warehouse:
        """A warehouse on which the operation has something to do."""
        start = {"aggregate": self.collected.path, "migrate": self.old}
        warehouse = self._copy(name, start.get(operation))
        if operation == "restore":
            backup(warehouse, now=NOW)
            refresh(warehouse, now=NOW, full=True)
        return warehouse


def _grow(folder: Path, records: int) -> None:
    """Write the first so many records of a project, each again with more known about it."""
    # No two projects have the same, or they would be copies.
    hour = 9 + len(folder.name)
    second = sum(folder.name.encode()) % 60
    skills = [
        invocation(
            f"skill-{number % 5}",
            f"2026-08-{1 + number % 28:02}T09:{number % 60:02}:{second:02}",
            session_id=f"s-{number % 11}",
            completed=number < records // 2,
            follow_up_actions=["run tests"] * (number % 3),
        )
        for number in range(records)
    ]
    write_skills(folder, {"invocations": skills})
    runs = [
        execution(f"2026-09-{1 + number % 28:02}T{hour:02}:{second:02}:{number % 60:02}Z")
        for number in range(records)
    ]
    write_executions(folder, "reviewer", runs)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    with Killer() as killer:
        yield killer


def findings(warehouse: Warehouse) -> list[str]:
    with warehouse.reading() as con:
        return verify(con).sentences


def leftovers(warehouse: Warehouse) -> list[Path]:
    return [path for path in warehouse.path.parent.rglob("*") if "unfinished" in path.name]


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(each, marks=pytest.mark.slow) if each in ("restore", "compact") else each
        for each in OPERATIONS
    ],
)
def test_a_kill_at_any_moment_is_made_up_for(scene: Scene, killer: Killer, operation: str) -> None:
    """The file opens and agrees with itself; the next pass ends as if nothing had happened."""
    calm = killer.run(operation, scene.begin(operation, f"{operation}-calm").path, counted=True)
    moments = random.Random(f"{SEED} {operation}")
    killed = number = 0

    # Some moments lie after the end, on a busy machine most. That all of them do would mean that
    # nothing was tried: then it goes on for a while.
    while number < EACH or (killed < LEAST and number < 4 * EACH):
        warehouse = scene.begin(operation, f"{operation}-{number}")
        if number % 2:
            end = killer.run(
                operation, warehouse.path, at_change=moments.randint(1, max(calm.changes, 1))
            )
        else:
            end = killer.run(
                operation, warehouse.path, after_s=moments.uniform(0, calm.seconds * 1.1)
            )
        killed += end.killed

        assert findings(warehouse) == []
        for kept in backups(warehouse.path):
            assert findings(Warehouse(kept.path)) == []
        collect(warehouse, (), now=NOW)
        refresh(warehouse, now=NOW)
        assert everything(warehouse) == scene.right
        if operation in ("backup", "restore", "compact"):
            compact(warehouse)
            made = backup(warehouse, now=NOW)
            assert everything(warehouse) == scene.right
            assert everything(Warehouse(made.path)) == scene.right
            assert leftovers(warehouse) == []
        shutil.rmtree(warehouse.path.parent)
        number += 1
    assert killed >= LEAST
