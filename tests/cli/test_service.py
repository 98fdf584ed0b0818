"""The service with real processes and files: what is due runs once, and nothing is half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import duckdb
import pytest

from aggregator.refresh import refresh
from aggregator.retention import store_raw_days
from cli.nightly.lock import holder, lock_path
from cli.nightly.log import Log
from cli.nightly.service import Backoff, Service, Timing
from cli.stop import Stop, Stopped, stoppable
from command_line import TOP, start
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from holder import held_by_another
from schema.connection import transaction
from schema.schedule import Schedule, daily_at, store_schedule, stored_schedule
from schema.warehouse import Warehouse, now_utc

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
PASSES = "select outcome, trigger from collect_runs order by collect_run_id"
ROLLUPS = "select cast(stored as varchar) from skill_aggregates stored order by all"
ROWS = "select count(*) from skill_usage"
MARKS = "select count(*) from dirty_buckets"


def environment(warehouse: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "SKILLHOUSE_TIMEZONE": "UTC",
    }


class Running:
    """A service as a process of its own, and the events it wrote so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, object]] = []

    def until(self, event: str) -> dict[str, object]:
        """Read the log up to an event of that name."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == event:
                return self.events[-1]
        raise AssertionError(f"the service ended without {event}: {self.events}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code, within the ten seconds that are promised."""
        self.process.send_signal(number)
        assert self.process.stderr is not None
        code = self.process.wait(timeout=10)
        self.events += [json.loads(line) for line in self.process.stderr]
        return code


@contextmanager
def service(warehouse: Path, *options: str) -> Iterator[Running]:
    """``schedule run`` in the background, killed at the end if it lives still."""
    line = [sys.executable, "-m", "cli", "schedule", "run", "--log-format", "json", *options]
    with subprocess.Popen(
        line, cwd=TOP, env=environment(warehouse), stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


@pytest.fixture
def lived_in(fleet: Fleet) -> Fleet:
    """A warehouse with a project that has something to be collected."""
    write_skills(fleet.project(), {"invocations": [invocation()], "last_updated": ""})
    return fleet


# ---------------------------------------------------------------- as a process


def test_a_run_that_is_due_happens_at_the_start_and_not_again(lived_in: Fleet) -> None:
    """SIGTERM ends the service with 0, SIGINT with 130; the restarted one finds nothing to do."""
    path = lived_in.warehouse.path
    with service(path, "--at", "00:00") as first:
        ended = first.until("end")
        first.until("next")
        meanwhile = start("top-skills", env=environment(path))
        refreshed = start("refresh", env=environment(path))
        code = first.end()
    with service(path, "--at", "00:00") as second:
        second.until("start")
        sleep(1.5)
        interrupted = second.end(signal.SIGINT)

    assert (ended["trigger"], ended["inserted"]) == ("catch-up", 1)
    assert (meanwhile.code, refreshed.code) == (0, 0)
    assert (code, interrupted) == (0, 130)
    said = [each["event"] for each in second.events if each["event"] != "schedule"]
    assert said == ["start", "stop"]
    assert lived_in.query(PASSES) == [("done", "catch-up"), ("done", "manual")]
    with lived_in.warehouse.reading() as con:
        assert stored_schedule(con) == daily_at("00:00")
    assert not lock_path(path).exists()


def test_a_second_service_is_refused_and_a_killed_one_replaced(lived_in: Fleet) -> None:
    """75 and the holder's process id; after kill -9 the next start needs no help."""
    path = lived_in.warehouse.path
    link = path.with_name("by another name.duckdb")
    link.symlink_to(path)
    with service(path) as first:
        first.until("next")
        holding = holder(path)
        refused = start("schedule", "run", env=environment(link))
        shown = start("schedule", "show", "--json", env=environment(path))
        first.process.kill()
        first.process.wait()
    left = lock_path(path).exists()
    after = holder(path)
    with service(path) as second:
        second.until("start")
        sleep(1)
        code = second.end()

    assert holding == first.process.pid
    assert (refused.out, refused.code) == ("", 75)
    assert f"process {first.process.pid}" in refused.err
    assert json.loads(shown.out)["data"][0]["service_pid"] == first.process.pid
    assert (left, after) == (True, None)
    assert code == 0


@pytest.mark.parametrize("after_s", [0.0, 0.25, 0.5])
def test_a_signal_during_a_pass_leaves_all_or_nothing(fleet: Fleet, after_s: float) -> None:
    """And the next service makes of it what a run that was never ended makes of it."""
    rows = 60_000
    moments = (NOW - timedelta(seconds=7 * each) for each in range(rows))
    lines = [execution(f"{moment:%Y-%m-%dT%H:%M:%SZ}") for moment in moments]
    write_executions(fleet.project(), "reviewer", lines)
    path = fleet.warehouse.path
    with service(path) as first:
        first.until("begin")
        sleep(after_s)
        code = first.end()
    [(there,)] = fleet.query(ROWS)
    with service(path) as second:
        second.until("start")
        # In one look: between two, the service may have collected.
        wait_for(lambda: fleet.query(f"select ({ROWS}), ({MARKS})") == [(rows, 0)])
        second.end()
    kept = fleet.query(ROLLUPS)
    refresh(fleet.warehouse, now=now_utc(), full=True)

    assert code == 0
    assert there in (0, rows)
    assert fleet.query("select count(*) from collect_runs where outcome <> 'done'") == [(0,)]
    assert fleet.query(ROLLUPS) == kept


def marks(fleet: Fleet) -> int:
    [(count,)] = fleet.query(MARKS)
    assert isinstance(count, int)
    return count


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it holds, for a minute at most."""
    give_up_at = monotonic() + 60
    while not condition():
        assert monotonic() < give_up_at
        sleep(0.1)


# ---------------------------------------------------------------- with a clock of its own


class Watched:
    """A service in this process: its clock is the test's, and its events are kept."""

    def __init__(self, fleet: Fleet, schedule: Schedule | None, wait_s: float = 0.2) -> None:
        self.now = NOW
        self.stop_at = ""
        self.events: list[dict[str, object]] = []
        impatient = Warehouse(fleet.warehouse.path, "UTC", wait_s, wait_s)
        log = Log("json", lambda: self.now, "UTC", self._keep)
        timing = Timing(0.05, Backoff(timedelta(minutes=1)))
        self.service = Service(impatient, schedule, log, clock=lambda: self.now, timing=timing)

    def _keep(self, line: str) -> None:
        self.events.append(json.loads(line))
        if self.last["event"] == self.stop_at:
            self.service.stop.request()

    def look(self, after: timedelta = timedelta(0)) -> list[str]:
        """Let time pass and the service look; the events of that.

        Which schedule is in force is left out: it is said at the start, and when it changes.
        """
        self.now += after
        before = len(self.events)
        self.service.run_if_due()
        events = [str(each["event"]) for each in self.events[before:]]
        return [event for event in events if event != "schedule"]

    @property
    def last(self) -> dict[str, object]:
        return self.events[-1]


RAN = ["due", "begin", "end", "backup", "next"]


def test_three_days_asleep_are_one_run(lived_in: Fleet) -> None:
    """Judged by a service that has lived all along, and by one that starts afterwards."""
    watched = Watched(lived_in, daily_at("02:30"))

    events = [
        watched.look(),
        watched.look(timedelta(hours=1)),
        watched.look(3 * DAY),
        watched.look(timedelta(seconds=30)),
    ]
    restarted = Watched(lived_in, None)
    restarted.now = watched.now + timedelta(minutes=1)
    events.append(restarted.look())

    assert events == [RAN, [], ["due", "begin", "end", "next"], [], []]
    assert lived_in.query(PASSES) == [("done", "catch-up")] * 2


def test_clocks_that_are_set_repeat_and_lose_nothing(lived_in: Fleet) -> None:
    """An hour back over the due time; a year forward, and back."""
    watched = Watched(lived_in, daily_at("12:30"))
    watched.look()
    hour, year = timedelta(hours=1), 365 * DAY

    on_time = watched.look(hour / 2 + timedelta(seconds=10))
    back = [watched.look(-hour), watched.look(hour)]
    forward = watched.look(year)
    returned = [watched.look(-year), watched.look(hour)]
    next_day = watched.look(DAY)

    assert "end" in on_time
    assert back == [[], []]
    assert "end" in forward
    assert returned == [[], []]
    assert "end" in next_day
    assert [trigger for _, trigger in lived_in.query(PASSES)] == [
        "catch-up",
        "schedule",
        "schedule",
        "catch-up",
    ]


def test_a_pass_that_fails_is_tried_again_and_told(lived_in: Fleet) -> None:
    """While the file is held: after one minute, two and four; every failure is in the ledger."""
    watched = Watched(lived_in, daily_at("02:30"))
    with held_by_another(lived_in.warehouse.path):
        told = [watched.look(timedelta(minutes=minutes)) for minutes in (0, 0.5, 0.5, 1, 1, 3, 1)]
        waits = [each for each in watched.events if each["event"] == "failed"]
    done = watched.look(timedelta(minutes=8))

    assert told == [["failed"], [], ["failed"], [], ["failed"], [], ["failed"]]
    assert [each["failures"] for each in waits] == [1, 2, 3, 4]
    assert {each["recorded"] for each in waits} == {False}
    assert "in use by process" in str(waits[0]["error"])
    assert done == RAN
    assert lived_in.query(PASSES) == [
        ("failed", "catch-up"),
        ("failed", "retry"),
        ("failed", "retry"),
        ("failed", "retry"),
        ("done", "retry"),
    ]
    assert lived_in.query("select count(*) from collect_runs where error like '%in use%'") == [(4,)]


def test_a_run_lets_old_rows_go(fleet: Fleet) -> None:
    """As a refresh does; a setting that cannot be read is a failure like any other."""
    moments = ["2026-10-02T09:00:00", "2026-11-19T09:00:00"]
    records = [invocation(at=moment) for moment in moments]
    write_skills(fleet.project(), {"invocations": records, "last_updated": ""})
    with fleet.warehouse.writing() as con:
        store_raw_days(con, 7)
    watched = Watched(fleet, daily_at("02:30"))

    watched.look()
    [ended] = [each for each in watched.events if each["event"] == "end"]
    left = fleet.query(ROWS)
    with fleet.warehouse.writing() as con:
        con.execute("update settings set value = '?' where key like 'retention%'").fetchall()
    failed = watched.look(DAY)

    assert (ended["archived"], left) == (1, [(1,)])
    assert "failed" in failed
    assert "retention" in str(watched.last)
    assert fleet.query("select trigger from collect_runs where error like '%retention%'") == [
        ("catch-up",)
    ]


def test_a_requested_end_breaks_a_pass_off(lived_in: Fleet) -> None:
    """Nothing is stored, and no failure told of: it was none."""
    watched = Watched(lived_in, daily_at("02:30"))
    watched.stop_at = "begin"

    events = watched.look()

    assert events == ["due", "begin", "interrupted"]
    assert lived_in.query(PASSES) == lived_in.query("from skill_usage limit 1") == []


def test_a_requested_end_breaks_waiting_off(lived_in: Fleet) -> None:
    """Though the service would have waited for the file for an hour."""
    watched = Watched(lived_in, daily_at("02:30"), wait_s=3600)
    thread = Thread(target=watched.service.run, daemon=True)

    with held_by_another(lived_in.warehouse.path):
        thread.start()
        sleep(0.5)
        watched.service.stop.request()
        thread.join(30)

    assert not thread.is_alive()
    assert [each["event"] for each in watched.events if each["event"] != "clock"] == ["interrupted"]


def test_a_statement_is_interrupted(lived_in: Fleet) -> None:
    """DuckDB ends at once what would take hours, and the connection's work is undone."""
    stop = Stop()
    warehouse = stoppable(lived_in.warehouse, stop)
    endless = "select count(*) from range(10_000_000) a, range(10_000_000) b"

    def delete_slowly() -> None:
        with warehouse.writing() as con, transaction(con):
            con.execute("delete from projects").fetchall()
            con.execute(endless).fetchall()

    def interrupt() -> None:
        while not done.wait(0.05):
            stop.interrupt()

    done = Event()
    thread = Thread(target=interrupt)
    thread.start()
    with pytest.raises(duckdb.InterruptException):
        delete_slowly()
    done.set()
    thread.join()

    assert lived_in.query("select count(*) from projects") == [(1,)]


def test_a_stoppable_warehouse_keeps_every_setting(tmp_path: Path) -> None:
    """Only what is called while waiting differs: it raises once a stop is requested."""
    warehouse = Warehouse(tmp_path / "w.duckdb", "Asia/Kathmandu", 1.5, 2.5, copy_after_s=3.5)

    made = stoppable(warehouse, Stop())

    assert [
        each.name
        for each in fields(Warehouse)
        if getattr(made, each.name) != getattr(warehouse, each.name)
    ] == ["while_waiting"]
    made.stop.request()
    with pytest.raises(Stopped):
        made.while_waiting()


def test_waits_grow_to_half_an_hour() -> None:
    """1, 2, 4, 8, 16, and then 30 minutes, however many."""
    minutes = [Backoff().after(failures) / timedelta(minutes=1) for failures in range(1, 9)]

    assert minutes == [1, 2, 4, 8, 16, 30, 30, 30]
    assert Backoff().after(10_000) == timedelta(minutes=30)


def test_a_new_due_time_does_not_wait_for_the_old_one_s_patience(lived_in: Fleet) -> None:
    """A failure late in the evening delays no night."""
    watched = Watched(lived_in, daily_at("12:02"))
    minute = timedelta(minutes=1)
    with held_by_another(lived_in.warehouse.path):
        failed = [watched.look(), watched.look(minute)]

    assert failed == [["failed"], ["failed"]]  # and the next try would be at 12:03
    assert "end" in watched.look(minute + timedelta(seconds=1))
    assert lived_in.query(PASSES)[-1] == ("done", "schedule")


def test_a_file_that_is_no_warehouse_ends_no_service(lived_in: Fleet, tmp_path: Path) -> None:
    """It is said, left as it is, and tried again; with the file back, the run is made up for."""
    path = lived_in.warehouse.path
    aside = tmp_path / "aside"
    os.replace(path, aside)
    path.write_bytes(b"not a database" * 1000)
    watched = Watched(lived_in, daily_at("02:30"))

    failed = watched.look()
    same = path.read_bytes() == b"not a database" * 1000
    os.replace(aside, path)
    done = watched.look(timedelta(minutes=1))

    assert failed == ["failed"]
    assert same
    assert "end" in done
    assert lived_in.query(PASSES) == [("failed", "catch-up"), ("done", "retry")]


def test_what_was_collected_and_not_aggregated_is_finished(lived_in: Fleet) -> None:
    """A service that was ended between the two: no second pass, but rollups that are right."""
    watched = Watched(lived_in, daily_at("02:30"))
    watched.look()
    with lived_in.warehouse.writing() as con:
        con.execute("delete from settings where key = 'aggregates_refreshed_at'").fetchall()
        con.execute(
            "insert into dirty_buckets"
            " select distinct project_id, kind, skill_name, cast('2026-08-03' as date)"
            " from skill_usage"
        ).fetchall()

    restarted = Watched(lived_in, None).look()

    assert restarted == ["finished"]
    assert marks(lived_in) == 0
    assert len(lived_in.query(PASSES)) == 1


def test_a_schedule_that_is_changed_is_followed(lived_in: Fleet) -> None:
    """The warehouse's word counts, once the command line's has been put there."""
    watched = Watched(lived_in, daily_at("02:30"))
    watched.look()
    with lived_in.warehouse.writing() as con:
        store_schedule(con, daily_at("12:05"))
    watched.look(DAY - timedelta(hours=9))

    assert watched.last["event"] == "next"
    assert watched.last["due"] == "2026-11-21T12:05:00+00:00"
