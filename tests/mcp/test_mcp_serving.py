"""The server under real conditions: passes in the middle, cancelled calls, noise, signals."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from aggregator.refresh import refresh
from cli.mcp_server.context import MAX_CALLS, server_context
from cli.mcp_server.privacy import Redaction
from collector.projects.registering import register
from command_line import TOP, House
from conftest import NOW, Fleet, invocation, write_skills
from mcp_agent import Agent, agent, structured
from schema.settings import Settings
from schema.warehouse import Connection, Warehouse

pytestmark = pytest.mark.slow

_HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("select 1 from projects").fetchall()
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory)


@pytest.fixture
def lived_in(furnished: House, tmp_path: Path) -> Warehouse:
    path = tmp_path / "data" / "w.duckdb"
    furnished.copy_to(path)
    return Warehouse(path, "UTC")


@contextmanager
def held(warehouse: Warehouse) -> Iterator[None]:
    """Another process has the file for writing until the block ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(warehouse.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate("\n", timeout=60)


# ---------------------------------------------------------------- many calls, a pass among them


@pytest.mark.slow
def test_fifty_calls_at_once_while_a_pass_runs_all_succeed(tmp_path: Path) -> None:
    """Again and again until two passes have ended, each with something to write."""
    fleet = Fleet(tmp_path / "projects", Warehouse(tmp_path / "data" / "w.duckdb", "UTC"))
    folder = fleet.project()
    records = [invocation(at=f"2026-08-03T09:00:{second:02}") for second in range(60)]
    write_skills(folder, {"invocations": records[:1]})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    def passes() -> list[int]:
        codes = []
        for more in (20, 60):
            write_skills(folder, {"invocations": records[:more]})
            line = [sys.executable, "-m", "cli", "--warehouse", str(fleet.warehouse.path)]
            codes.append(subprocess.run([*line, "refresh", "--quiet"], cwd=TOP).returncode)
        return codes

    with agent(fleet.warehouse.path) as ask:
        done: list[int] = []
        nightly = threading.Thread(target=lambda: done.extend(passes()))
        nightly.start()
        rounds = 0
        while nightly.is_alive() or not rounds:
            ask.do(_fifty(ask))
            rounds += 1
        nightly.join()
        [top] = ask.answers("get_top_skills")

    assert done == [0, 0]
    assert top["totals"]["total_invocations"] == 60


async def _fifty(ask: Agent) -> None:
    async def one(tool: str) -> None:
        structured(await ask.client.call_tool(tool, {}))

    async with anyio.create_task_group() as calls:
        for at in range(50):
            tool = ("get_top_skills", "health_check", "list_registered_projects")[at % 3]
            calls.start_soon(one, tool)


def test_what_a_pass_brought_is_seen_while_calls_never_cease(lived_in: Warehouse) -> None:
    """The file may be replaced by a pass: calls that overlap for ever would keep the old one."""
    context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)
    seen: list[int] = []
    came = threading.Condition()

    def count(con: Connection, _: Redaction) -> int:
        """Stays until the next call has come, so that the file is never let go."""
        [(rows,)] = con.execute("select count(*) from projects").fetchall()
        with came:
            seen.append(int(rows))
            before = len(seen)
            came.notify_all()
            came.wait_for(lambda: len(seen) > before, 0.5)
        return int(rows)

    async def ceaseless(enough: anyio.Event) -> None:
        while not enough.is_set():
            await context.read(count)

    async def main() -> None:
        enough = anyio.Event()
        with anyio.fail_after(60):
            async with anyio.create_task_group() as calls:
                for _ in range(4):
                    calls.start_soon(ceaseless, enough)
                while len(seen) < 20:
                    await anyio.sleep(0.01)
                await anyio.to_thread.run_sync(replaced)
                while seen[-1] != 1:
                    await anyio.sleep(0.01)
                enough.set()

    def replaced() -> None:
        copy = lived_in.path.with_name("copy.duckdb")
        with Warehouse(copy, "UTC").writing() as con:
            register(con, lived_in.path.parent, now=NOW, default_timezone="UTC")
        os.replace(copy, lived_in.path)

    anyio.run(main)

    assert seen[0] == 3
    assert seen[-1] == 1


# ---------------------------------------------------------------- cancelled


def test_a_cancelled_call_ends_its_query_and_gives_up_its_turn(lived_in: Warehouse) -> None:
    """As many as work at once, each in a statement that would take for ever; then one more."""
    context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)
    began: list[int] = []

    def for_ever(con: Connection, _: Redaction) -> object:
        began.append(1)
        return con.execute("select sum(range * range) from range(1000000000000)").fetchall()

    def one(con: Connection, _: Redaction) -> object:
        return con.execute("select 1").fetchall()

    async def main() -> object:
        with anyio.fail_after(90):
            async with anyio.create_task_group() as calls:
                for _ in range(MAX_CALLS):
                    calls.start_soon(context.read, for_ever)
                while len(began) < MAX_CALLS:
                    await anyio.sleep(0.01)
                calls.cancel_scope.cancel()
            return await context.read(one)

    assert anyio.run(main) == [(1,)]
    # Nothing is held open: a writer gets in at once.
    with lived_in.writing():
        pass


def test_cancelled_calls_that_wait_for_a_writer_leave_the_server_well(lived_in: Warehouse) -> None:
    """More of them than work at once; the client is not answered, and the next call is."""
    with agent(lived_in.path) as ask:

        async def cancelled() -> int:
            answered = []

            async def one() -> None:
                answered.append(await ask.client.call_tool("get_top_skills", {}))

            async with anyio.create_task_group() as calls:
                for _ in range(2 * MAX_CALLS):
                    calls.start_soon(one)
                await anyio.sleep(0.5)
                calls.cancel_scope.cancel()
            return len(answered)

        with held(lived_in):
            assert ask.do(cancelled()) == 0
        [top] = ask.answers("get_top_skills")

    assert top["data"]


def test_a_call_cancelled_while_it_waits_opens_nothing(lived_in: Warehouse) -> None:
    """While the writer still has the file: it does not stay there until its patience ends."""
    context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)

    async def main() -> None:
        async with anyio.create_task_group() as calls:
            for _ in range(MAX_CALLS):
                calls.start_soon(context.read, lambda con, _: con)
            while not context.readers.opening:
                await anyio.sleep(0.01)
            await anyio.sleep(0.2)
            calls.cancel_scope.cancel()

    with held(lived_in):
        anyio.run(main)

        assert not context.readers.opening


def test_a_busy_warehouse_is_told_as_the_command_tells_it(lived_in: Warehouse) -> None:
    """Bounded, as an error of the tool, and without the path."""
    context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)
    context.readers.warehouse = Warehouse(lived_in.path, "UTC", read_wait_s=0.1)

    with held(lived_in), pytest.raises(Exception, match="in use by process") as told:
        anyio.run(partial(context.read, lambda con, _: con.execute("select 1").fetchall()))

    assert str(lived_in.path.parent) not in str(told.value)


def test_times_are_cut_in_the_warehouse_s_zone_in_every_call(
    lived_in: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection of a call takes over no setting from the one that opened the file."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)
        asked = "select current_setting('TimeZone')"
        found = anyio.run(partial(context.read, lambda con, _: con.execute(asked).fetchall()))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert found == [("UTC",)]
