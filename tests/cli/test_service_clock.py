"""The nightly service and clocks that jump; what its log says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from cli.nightly.log import Log
from cli.nightly.service import Service, Timing
from conftest import NOW, Fleet, invocation, write_skills
from schema.schedule import daily_at
from schema.warehouse import Warehouse
from test_service import DAY, PASSES, Watched, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def lived_in(fleet: Fleet) -> Fleet:
    """A warehouse with a project that has something to be collected."""
    write_skills(fleet.project(), {"invocations": [invocation()], "last_updated": ""})
    return fleet


def test_a_due_time_is_met_though_no_check_is_near(lived_in: Fleet) -> None:
    """Here the service checks only once an hour."""
    due = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    shift = due - timedelta(hours=1) - datetime.now(UTC)
    log: list[dict[str, object]] = []

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    service = Service(
        Warehouse(lived_in.warehouse.path, "UTC"),
        daily_at("02:30"),
        Log("json", clock, "UTC", lambda line: log.append(json.loads(line))),
        clock=clock,
        timing=Timing(3600),
    )
    service.run_if_due()
    shift = due - timedelta(seconds=3) - datetime.now(UTC)
    thread = Thread(target=service.run)
    thread.start()
    wait_for(lambda: [each["event"] for each in log].count("next") == 2)
    service.stop.request()
    thread.join(10)

    assert not thread.is_alive()
    runs = [each for each in log if each["event"] == "begin"]
    assert [each["trigger"] for each in runs] == ["catch-up", "schedule"]
    late = datetime.fromisoformat(str(runs[1]["time"])) - due
    assert timedelta(0) <= late < timedelta(seconds=30)


def test_a_clock_that_jumps_is_noticed(lived_in: Fleet) -> None:
    """It is in the log, and the run that is due then happens at once."""
    watched = Watched(lived_in, daily_at("02:30"))
    shift = timedelta(0)
    log: list[dict[str, object]] = []

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    service = Service(
        Warehouse(lived_in.warehouse.path, "UTC"),
        daily_at("02:30"),
        Log("json", clock, "UTC", lambda line: log.append(json.loads(line))),
        clock=clock,
        timing=Timing(0.05),
    )
    thread = Thread(target=service.run)
    thread.start()
    wait_for(lambda: [each["event"] for each in log].count("next") == 1)
    shift = 3 * DAY
    wait_for(lambda: [each["event"] for each in log].count("next") == 2)
    service.stop.request()
    thread.join(10)

    assert not thread.is_alive()
    assert watched.events == []
    assert next(each for each in log if each["event"] == "clock")["jumped_s"] == 3 * 86400
    assert lived_in.query(PASSES) == [("done", "catch-up")] * 2


def test_the_log_is_one_line_an_event_and_tells_no_data(
    lived_in: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plain: a time with an offset, the event, and what is known of it, quoted where need be."""
    log = Log("plain", lambda: NOW, "Asia/Kathmandu")
    Service(lived_in.warehouse, daily_at("02:30"), log, clock=lambda: NOW).run_if_due()
    log("failed", error='a "b"\nc', left_out=None)
    log.zone = "UTC"
    log("start", due=NOW)

    lines = capsys.readouterr().err.splitlines()

    assert lines[0] == (
        '2026-11-20T12:00:00+00:00 schedule schedule="daily at 02:30" zone=UTC'
        " next=2026-11-21T02:30:00+00:00"
    )
    assert lines[1].startswith("2026-11-20T12:00:00+00:00 due due=2026-11-20T02:30:00+00:00 ")
    assert lines[-2].endswith(r' failed error="a \"b\"\nc"')
    assert lines[-1] == "2026-11-20T12:00:00+00:00 start due=2026-11-20T12:00:00+00:00"
    assert not any("code-review" in line for line in lines)
