"""The registry changes while a pass reads: what it stores is what holds when it stores it.

The pass is a process of its own that is stopped at seeded moments, while the change is made.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from aggregator.verify import verify
from collector.collect import collect
from collector.projects.moving import move
from collector.projects.registering import register
from collector.projects.registry import find_project, projects, purge, rows_held, unregister
from conftest import NOW, THOROUGH, Fleet, execution, write_executions
from places import PYTHONPATH
from schema.backups import backup
from schema.errors import WarehouseBusy
from schema.restore import restore
from schema.warehouse import Warehouse

pytestmark = pytest.mark.xdist_group("registry_changes")

LINES = 6000
MOMENTS = THOROUGH
"""How often each change is made at another moment of a pass."""

WORKER = """
import sys
from datetime import datetime
from pathlib import Path
import collector.batch
from collector.collect import collect
from schema.warehouse import Warehouse
collector.batch.BATCH_ROWS = int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
done = collect(Warehouse(Path(sys.argv[1]), "UTC"), now=datetime.fromisoformat(sys.argv[2]))
for problem in done.problems:
    print(problem)
"""


@contextmanager
def passing(warehouse: Warehouse, batch_rows: int) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to collect when it is sent a line; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(warehouse.path), NOW.isoformat(), str(batch_rows)],
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def lines(count: int, second: int) -> list[dict[str, object]]:
    """Executions a minute apart, at local times."""
    begin = datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
    return [
        execution((begin + timedelta(minutes=i)).strftime("%Y-%m-%dT%H:%M:%S"))
        for i in range(count)
    ]


class World:
    """Two projects of which one is collected, and a backup from before the other was there."""

    def __init__(self, root: Path) -> None:
        self.fleet = Fleet(root / "projects", Warehouse(root / "data" / "w.duckdb", "UTC"))
        write_executions(self.fleet.project("kept"), "w", lines(50, 1))
        self.fleet.collect()
        refresh(self.fleet.warehouse, now=NOW)
        self.backup = root / "old.duckdb"
        backup(self.fleet.warehouse, self.backup, now=NOW)
        write_executions(self.fleet.root / "kept", "w", lines(LINES, 1))
        self.folder = self.fleet.project("app")
        write_executions(self.folder, "w", lines(LINES, 2))
        self.root = root


def leave(world: World, warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        unregister(con, find_project(con, "app"))


def forget(world: World, warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        purge(con, find_project(con, "app"))


def begin_anew(world: World, warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        purge(con, find_project(con, "kept"))
        register(con, world.fleet.root / "kept", now=NOW, default_timezone="UTC")


def rezone(world: World, warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        project = find_project(con, "app")
        if not rows_held(con)[project.project_id]:
            register(
                con, world.folder, now=NOW, default_timezone="UTC", timezone="America/Sao_Paulo"
            )


def relocate(world: World, warehouse: Warehouse) -> None:
    new = world.fleet.root / "elsewhere"
    shutil.copytree(world.folder, new, dirs_exist_ok=True)
    with warehouse.writing() as con:
        move(con, find_project(con, "app"), new)


def put_back(world: World, warehouse: Warehouse) -> None:
    restore(warehouse, world.backup, now=NOW)


CHANGES = (leave, forget, begin_anew, rezone, relocate, put_back)


@pytest.mark.parametrize(
    "batch_rows",
    [
        pytest.param(1, id="many-batches"),
        pytest.param(10**6, id="one-batch", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.__name__))
def test_a_pass_stores_what_holds_when_it_stores(
    tmp_path: Path, change: Callable[[World, Warehouse], None], batch_rows: int
) -> None:
    """No row of a project that is gone, none of two zones, none lost, and ``verify`` finds nothing:
    when the pass ends, and after the next one."""
    moments = random.Random(f"{change.__name__} {batch_rows}")
    for turn in range(MOMENTS):
        world = World(tmp_path / str(turn))
        warehouse = world.fleet.warehouse
        with passing(warehouse, batch_rows) as process:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(moments.uniform(0, 0.4))
            process.send_signal(signal.SIGSTOP)
            try:
                change(world, replace(warehouse, write_wait_s=0.1))
                is_made = True
            except WarehouseBusy:
                is_made = False
            process.send_signal(signal.SIGCONT)
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 0, out
        hold(warehouse)
        if not is_made:
            change(world, warehouse)
        collect(warehouse, now=NOW)
        hold(warehouse)
        with warehouse.reading() as con:
            known = [rows_held(con)[p.project_id] for p in projects(con) if p.is_active]
        assert known == [LINES] * len(known)
        if change in (leave, forget, put_back):
            assert len(known) == 1


def hold(warehouse: Warehouse) -> None:
    """``verify`` finds nothing, and local times are those of the zone the registry names."""
    refresh(warehouse, now=NOW)
    with warehouse.reading() as con:
        assert verify(con).sentences == []
        [(strays,)] = con.execute(
            "select count(*) from skill_usage left join projects using (project_id)"
            " where projects.project_id is null"
            " or second(timezone(projects.timezone, invoked_at)) not in (1, 2)"
            " or timezone(projects.timezone, invoked_at) < timestamp '2026-01-01'"
        ).fetchall()
    assert strays == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_pass_says_what_it_left_out(tmp_path: Path) -> None:
    """A project that was purged while it was read is a problem that is told, and no failure."""
    world = World(tmp_path)
    warehouse = world.fleet.warehouse
    file = world.folder / ".kaizen" / "metrics" / "w" / "executions.jsonl"
    write_executions(world.folder, "w", lines(20 * LINES, 2))
    with passing(warehouse, 1) as process:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        while not is_open(process.pid, file):
            time.sleep(0.0005)
        process.send_signal(signal.SIGSTOP)
        forget(world, warehouse)
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert out.startswith("app: is no longer registered")
    hold(warehouse)


def is_open(process_id: int, file: Path) -> bool:
    """Whether a process has a file open at this moment."""
    folder = Path(f"/proc/{process_id}/fd")
    for descriptor in folder.iterdir():
        with suppress(OSError):
            if os.readlink(descriptor) == str(file):
                return True
    return False
