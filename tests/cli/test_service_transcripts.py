"""The service says in time which transcripts will be deleted before anybody read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.transcripts import opt_in
from conftest import NOW, Fleet, invocation, write_skills
from schema.schedule import daily_at, every, next_due
from test_service import DAY, Watched


@pytest.fixture
def reading(fleet: Fleet, tmp_path: Path) -> Fleet:
    """A warehouse that reads Claude Code's transcripts."""
    write_skills(fleet.project(), {"invocations": [invocation()], "last_updated": ""})
    root = tmp_path / "claude/projects"
    root.mkdir(parents=True)
    with fleet.warehouse.writing() as con:
        opt_in.enable(con, [opt_in.Place("claude_code", str(root))], NOW)
    return fleet


def kept_for(fleet: Fleet, days: int) -> None:
    settings = fleet.root.parent / "claude/settings.json"
    settings.write_text(json.dumps({"cleanupPeriodDays": days}))


def warned(watched: Watched) -> list[str]:
    return [str(each["warning"]) for each in watched.events if each["event"] == "transcripts"]


@pytest.mark.parametrize("less", [0, 1])
def test_a_schedule_may_be_too_rare(reading: Fleet, less: int) -> None:
    """Told where the next run comes after transcripts of today are deleted, and only there."""
    rare = every("31d")
    days = -((NOW - next_due(rare, "UTC", NOW)) // DAY) - less
    kept_for(reading, days)
    watched = Watched(reading, rare)

    watched.look()

    assert warned(watched) == [
        f"Claude Code deletes transcripts after {days} days; last read today; next needed before"
        f" {(NOW + days * DAY).date()}: skillhouse refresh"
    ] * (less > 0)


@pytest.mark.parametrize(("idle_days", "is_told"), [(10, False), (26, True)])
def test_runs_that_fail_are_told_of_when_time_runs_out(
    reading: Fleet, idle_days: int, is_told: bool
) -> None:
    """While every run fails, the last week before a deletion says so."""
    watched = Watched(reading, daily_at("02:30"))
    watched.look()
    with reading.warehouse.writing() as con:
        con.execute("alter table source_files rename to not_there").fetchall()

    events = watched.look(idle_days * DAY)

    assert "failed" in events
    told = f"last read {idle_days} days ago; next needed before {(NOW + 30 * DAY).date()}"
    assert len(warned(watched)) == is_told
    assert all(told in each for each in warned(watched))
