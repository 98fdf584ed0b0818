"""Many readers and one writer: nobody is kept out for good, whoever comes, goes or stays.

All parties are processes of their own, and a program in this file is one of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from queue import Empty, SimpleQueue

import pytest

from aggregator.refresh import refresh
from collector import batch
from collector.collect import collect
from conftest import NOW, Fleet, execution, write_executions
from places import TOP
from schema import copy_and_swap, writer_lock
from schema.errors import WarehouseBusy
from schema.places import log_of
from schema.warehouse import Warehouse
from schema.writer_lock import lock_file_of

pytestmark = pytest.mark.slow

_PARTY = """
import sys
from pathlib import Path
from schema.warehouse import Warehouse

path, way = sys.argv[1:]
for order in sys.stdin:
    with getattr(Warehouse(Path(path)), way)() as con:
        print("open", flush=True)
        sys.stdin.readline()
        marks = con.execute("select value from settings where key = 'mark'").fetchall()
    print(marks[0][0] if marks else "unmarked", flush=True)
"""


class Party:
    """Another process, which opens the file when it is told to and closes it when it is told to."""

    def __init__(self, warehouse: Warehouse, way: str = "reading") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PARTY, str(warehouse.path), way],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: SimpleQueue[str] = SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def open(self, patience_s: float = 30) -> bool:
        """Have it open the file; whether it had done so in time."""
        self._tell()
        return self.opened(patience_s)

    def opened(self, patience_s: float = 30) -> bool:
        try:
            return self._said.get(timeout=patience_s) == "open"
        except Empty:
            return False

    def close(self) -> str:
        """Have it read the mark and close the file; the mark."""
        self._tell()
        return self._said.get(timeout=30)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _tell(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())


@contextmanager
def parties(warehouse: Warehouse, *ways: str) -> Iterator[list[Party]]:
    with ExitStack() as stack:
        found = [Party(warehouse, way) for way in ways]
        for party in found:
            stack.callback(party.kill)
        yield found


def mark(warehouse: Warehouse, text: str) -> None:
    with warehouse.writing() as con:
        con.execute(
            "insert into settings values ('mark', $mark)"
            " on conflict (key) do update set value = $mark",
            {"mark": text},
        ).fetchall()


def fail_half_way(warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        con.execute("delete from settings").fetchall()
        raise ZeroDivisionError


def marked(warehouse: Warehouse) -> str:
    with warehouse.reading() as con:
        [(found,)] = con.execute("select value from settings where key = 'mark'").fetchall()
    return str(found)


@pytest.fixture
def made(warehouse: Warehouse) -> Warehouse:
    mark(warehouse, "old")
    return warehouse


# Readers who come and go


def test_a_writer_gets_in_between_readers_who_take_turns(made: Warehouse) -> None:
    """Two readers never leave the file at the same time, unless they give way to a writer."""
    never_aside = Warehouse(made.path, write_wait_s=6, copy_after_s=3600)
    done = threading.Event()

    with parties(made, "reading", "reading") as (one, other):
        assert one.open()

        def take_turns() -> None:
            staying, coming = one, other
            while not done.is_set():
                came = coming.open(patience_s=0.4)
                staying.close()
                if not came:
                    assert coming.opened()
                staying, coming = coming, staying
            staying.close()

        turns = threading.Thread(target=take_turns)
        turns.start()
        try:
            mark(never_aside, "new")
        finally:
            done.set()
            turns.join()

    assert marked(made) == "new"


def test_readers_get_in_while_a_writer_waits_for_one_that_stays(made: Warehouse) -> None:
    """Giving way is bounded: a writer that cannot get in does not keep everybody else out."""
    patient = Warehouse(made.path, write_wait_s=30, copy_after_s=3600)

    with parties(made, "reading") as (staying,):
        assert staying.open()
        writing = threading.Thread(target=mark, args=(patient, "new"))
        writing.start()
        while not lock_file_of(made.path).exists():
            pass
        with parties(made, "reading") as (coming,):
            assert coming.open()
            seen = coming.close()
        staying.close()
        writing.join()

    assert seen == "old"
    assert marked(made) == "new"


# Readers who stay


def test_a_reader_who_stays_does_not_keep_a_writer_out(made: Warehouse) -> None:
    """The writer works on a copy; who had the file open keeps the old state, the next sees new."""
    hasty = Warehouse(made.path, copy_after_s=0.1)

    with parties(made, "reading") as (staying,):
        assert staying.open()
        mark(hasty, "new")
        mark(hasty, "newer")
        seen_by_others = marked(made)
        seen_by_who_stayed = staying.close()

    assert (seen_by_who_stayed, seen_by_others) == ("old", "newer")
    assert list(made.path.parent.iterdir()) == [made.path]
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_a_pass_is_done_while_a_reader_stays(fleet: Fleet) -> None:
    """Rows, checkpoints and ledger of passes beside a reader are those of any other pass."""
    folder = fleet.project()
    lines = [execution(f"2026-08-03T09:00:{second:02}Z") for second in range(3)]
    fleet.warehouse = Warehouse(fleet.warehouse.path, "UTC", copy_after_s=0.1)

    with parties(fleet.warehouse, "reading") as (staying,):
        assert staying.open()
        for night in range(1, 4):
            write_executions(folder, "reviewer", lines[:night])
            fleet.collect(now=NOW)
        staying.close()

    assert fleet.query("select count(*) from skill_usage") == [(3,)]
    assert fleet.query("select count(*) from collect_runs") == [(3,)]


def test_work_that_fails_beside_a_reader_leaves_the_file_as_it_was(made: Warehouse) -> None:
    """Nothing of a copy is kept when the block that wrote to it ends in an error."""
    hasty = Warehouse(made.path, copy_after_s=0.1)
    before = made.path.read_bytes()

    with parties(made, "reading") as (staying,):
        assert staying.open()
        with pytest.raises(ZeroDivisionError):
            fail_half_way(hasty)
        staying.close()

    assert made.path.read_bytes() == before
    assert list(made.path.parent.iterdir()) == [made.path]


@pytest.mark.parametrize("obstacle", ["log", "second_name", "writer"])
def test_no_copy_takes_the_place_of_a_file_where_that_is_not_safe(
    made: Warehouse, obstacle: str
) -> None:
    """A log beside the file, another name of it, or somebody who writes: then it is waited for."""
    hasty = Warehouse(made.path, write_wait_s=0.5, copy_after_s=0.1)
    inode = made.path.stat().st_ino
    log = log_of(made.path)

    with parties(made, "writing" if obstacle == "writer" else "reading") as (staying,):
        assert staying.open()
        if obstacle == "log":
            log.touch()
        elif obstacle == "second_name":
            os.link(made.path, made.path.with_name("other.duckdb"))
        with pytest.raises(WarehouseBusy, match=r"in use by process \d+"):
            mark(hasty, "new")
        log.unlink(missing_ok=obstacle != "log")

        assert staying.close() == "old"
    assert made.path.stat().st_ino == inode
    assert marked(made) == "old"


# Work that takes long


def test_computing_rollups_of_a_large_file_keeps_nobody_waiting(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done on a copy at once: a reader may be there, and others may come, all the while."""
    monkeypatch.setattr(copy_and_swap, "WORTH_IT_BYTES", 0)
    write_executions(fleet.project(), "reviewer", [execution(), execution()])
    fleet.collect()
    at_once = Warehouse(fleet.warehouse.path, read_wait_s=0, write_wait_s=0)

    with parties(fleet.warehouse, "reading") as (staying,):
        assert staying.open()
        done = refresh(at_once, now=NOW)
        staying.close()
    with (
        at_once.writing(long_running=True) as con,
        parties(fleet.warehouse, "reading") as (coming,),
    ):
        con.execute("insert into settings values ('mark', 'new')").fetchall()
        assert coming.open()
        seen_meanwhile = coming.close()

    assert done.marks == 1
    assert fleet.query("select count(*) from dirty_buckets") == [(0,)]
    assert (seen_meanwhile, marked(at_once)) == ("unmarked", "new")


def test_comparing_many_changed_records_keeps_nobody_waiting(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many records of files that were read before are merged into a copy; of new files not."""
    monkeypatch.setattr(copy_and_swap, "WORTH_IT_BYTES", 0)
    monkeypatch.setattr(batch, "MANY_COMPARED", 3)
    lines = [execution(f"2026-08-{day:02}T10:00:00Z") for day in range(1, 9)]
    root = fleet.project()
    at_once = Warehouse(fleet.warehouse.path, read_wait_s=0, write_wait_s=0)

    with parties(fleet.warehouse, "reading") as (staying,):
        for there, waits in ((4, True), (6, True), (8, False)):
            write_executions(root, "reviewer", lines[:there])
            assert staying.open()
            with pytest.raises(WarehouseBusy) if waits else nullcontext():
                collect(at_once, now=NOW)
            staying.close()
            if there == 4:
                collect(at_once, now=NOW)

    assert fleet.query("select count(*) from skill_usage") == [(8,)]


def test_readers_pass_the_gate_while_a_copy_is_written(made: Warehouse) -> None:
    """They stand back for as long as they may when it is the file, and not at all for a copy."""

    def pass_by(patience_s: float) -> bool:
        passing = threading.Thread(
            target=writer_lock.back_off,
            args=(made.path, time.monotonic() + patience_s),
            daemon=True,
        )
        passing.start()
        passing.join(timeout=0.5)
        return not passing.is_alive()

    with writer_lock.hold(made.path, 0) as kept:
        before = pass_by(patience_s=2)
        kept.admit_readers()
        passed = pass_by(patience_s=3600)
        kept.hold_readers_back()
        after = pass_by(patience_s=2)

    assert kept.is_held
    assert (before, passed, after) == (False, True, False)


# Writers that die


def test_what_a_killed_writer_leaves_is_in_nobodys_way(made: Warehouse) -> None:
    """A gate or a copy of a process that is no more neither delays a reader nor stops a writer."""
    leftover = made.path.with_name(f"{made.path.name}.aside")
    with parties(made, "writing") as (killed,):
        assert killed.open()
        killed.kill()
    left = lock_file_of(made.path).exists()
    leftover.write_bytes(b"half a copy")
    log_of(leftover).touch()

    seen = marked(Warehouse(made.path, read_wait_s=0))
    mark(Warehouse(made.path, write_wait_s=0), "new")

    assert left
    assert (seen, marked(made)) == ("old", "new")
    assert list(made.path.parent.iterdir()) == [made.path]


def test_writers_wait_for_each_other_at_the_gate(made: Warehouse) -> None:
    """Two processes that write go one after the other, and both get done."""
    with parties(made, "writing", "writing") as (first, second):
        assert first.open()
        came_in_between = second.open(patience_s=0.3)
        first.close()
        assert second.opened()
        second.close()

    assert not came_in_between
    assert list(made.path.parent.iterdir()) == [made.path]
