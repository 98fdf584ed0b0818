"""Rows go and no answer does: a warehouse with retention is held to a twin that keeps every row."""

from __future__ import annotations

import os
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import aggregator.retention
from aggregator.calendar import ALL_TIME, GRAINS, Span, bucket, span
from aggregator.measures import Question, scope
from aggregator.refresh import Refresh, refresh
from aggregator.reports.compare import compare
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.summary import summary
from aggregator.reports.top_skills import top_skills
from aggregator.retention import FEWEST_DAYS, apply, retention, store_raw_days
from collector.checks.doctor import check
from collector.projects.moving import move
from collector.projects.registering import register
from collector.projects.registry import find_project, purge, unregister
from conftest import NOW, THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from kept_rollups import tables
from schema.errors import UsageError
from schema.statements import run_all, steps
from schema.warehouse import Warehouse

BEGINNING = datetime(2026, 3, 20, 2, 30, tzinfo=UTC)
RAW_DAYS = 10
LATE_DAYS = 6
"""For so long a use is still noted late, or completed: less than rows are kept for."""

NIGHTS = int(os.environ.get("SKILLHOUSE_TEST_NIGHTS", "5"))
NAMES = ("a", "b", "c")


def keep_for(warehouse: Warehouse, days: int | None) -> None:
    with warehouse.writing() as con:
        store_raw_days(con, days)


def raw_days_left(warehouse: Warehouse) -> list[date]:
    """The days of which rows are there."""
    with warehouse.reading() as con:
        return [d for (d,) in con.execute("select distinct day from skill_usage").fetchall()]


def asked_spans(now: datetime) -> list[Span]:
    """All time, buckets of each grain and odd ranges: long past, across the cut and after it."""
    day = now.date()
    found = [ALL_TIME, Span(None, day - timedelta(days=15)), Span(day - timedelta(days=20), None)]
    found += [bucket(grain, day - timedelta(days=RAW_DAYS)) for grain in GRAINS[:3]]
    found += [bucket(grain, day - timedelta(days=20)) for grain in GRAINS[:3]]
    found += [
        span(day - timedelta(days=age + 9), day - timedelta(days=age)) for age in (RAW_DAYS - 5, 15)
    ]
    return found


def answers(warehouse: Warehouse, now: datetime) -> list[object]:
    """What the reports say in turns: every span, all projects and one, unregistered ones too."""
    said: list[object] = []
    with warehouse.reading() as con:
        everybody = scope(con, include_inactive=True)
        for turn, chosen in enumerate((everybody, scope(con, [everybody.projects[0].project_id]))):
            for number, each in enumerate(asked_spans(now)):
                question = Question(each, chosen, "all", now)
                name = NAMES[number % len(NAMES)]
                if (turn + number) % 3 == 0 or THOROUGH > 1:
                    said.append((each, top_skills(con, question)))
                if (turn + number) % 3 == 1 or THOROUGH > 1:
                    said.append((each, compare(con, question, name)))
                if (turn + number) % 3 == 2 or THOROUGH > 1:
                    said.append((each, effectiveness(con, question, name)))
            said.append(summary(con, Question(ALL_TIME, chosen, "skill", now)))
            said.append(summary(con, Question(ALL_TIME, chosen, "all", now)))
    return said


class Twins:
    """Two warehouses over the same projects; only one of them lets rows go."""

    def __init__(self, root: Path, seed: int, zone: str) -> None:
        self.dice = random.Random(seed)
        self.now = BEGINNING
        self.root = root
        self.kept = Fleet(root / "projects", Warehouse(root / "kept.duckdb", zone))
        self.thinned = Fleet(root / "projects", Warehouse(root / "thinned.duckdb", zone))
        self.skills: dict[str, list[dict[str, Any]]] = {"one": [], "two": [], "three": []}
        self.lines: dict[str, list[dict[str, Any]]] = {"one": [], "two": [], "three": []}
        self.left: set[str] = set()
        for name in self.skills:
            for fleet in self.fleets:
                fleet.project(name)
        keep_for(self.thinned.warehouse, RAW_DAYS)

    @property
    def fleets(self) -> tuple[Fleet, Fleet]:
        return self.kept, self.thinned

    def night(self) -> None:
        """Five days pass, uses are noted of the last six, some completed, passes are run."""
        self.now += timedelta(days=5)
        dice = self.dice
        for name in self.skills:
            if dice.random() < 0.8 and name not in self.left:
                self._use(name)
        full = dice.random() < 0.3
        refreshed = dice.random() < 0.7
        rebuilt = dice.random() < 0.2
        nightly = dice.random() < 0.5
        if dice.random() < 0.3:
            self.left ^= {"three"}
        for fleet in self.fleets:
            fleet.collect(full=full, now=self.now)
            if refreshed:
                refresh(fleet.warehouse, now=self.now, full=rebuilt)
            self._leave_or_return(fleet, "three")
        apply(self.thinned.warehouse, now=self.now, nightly=nightly)

    def _leave_or_return(self, fleet: Fleet, name: str) -> None:
        with fleet.warehouse.writing() as con:
            project = find_project(con, name)
            if project.is_active and name in self.left:
                unregister(con, project)
            elif not project.is_active and name not in self.left:
                register(con, Path(project.path), now=self.now, default_timezone="UTC")

    def _use(self, name: str) -> None:
        dice = self.dice
        young = (self.now - timedelta(days=LATE_DAYS)).replace(tzinfo=None).isoformat()
        for record in self.skills[name]:
            if record["invoked_at"] > young and not record["completed"] and dice.random() < 0.5:
                record |= {"completed": True, "duration_seconds": round(dice.random() * 90, 3)}
        for _ in range(dice.randrange(1, 9)):
            self.skills[name].append(self._skill())
        for _ in range(dice.randrange(0, 6)):
            self.lines[name].append(self._execution())
        self.lines[name] = self.lines[name][-40:]
        folder = self.kept.root / name
        write_skills(folder, {"invocations": self.skills[name], "last_updated": ""})
        write_executions(folder, "c", self.lines[name])

    def _moment(self) -> datetime:
        return self.now - timedelta(seconds=self.dice.randrange(LATE_DAYS * 86400))

    def _skill(self) -> dict[str, Any]:
        dice = self.dice
        completed = dice.random() < 0.6
        return invocation(
            dice.choice("ab"),
            self._moment().replace(tzinfo=None, microsecond=0).isoformat(),
            completed=completed,
            error_type=None if completed else dice.choice([None, "ToolError", "Timeout"]),
            duration_seconds=dice.choice([None, -1.0, round(dice.random() * 90, 3)]),
            session_id=dice.choice([None, "always", f"s-{dice.randrange(12)}"]),
            workflow_path=dice.choice([None, None, "quick", "slow"]),
            follow_up_actions=dice.choices(["rerun", "commit"], k=dice.randrange(3)),
        )

    def _execution(self) -> dict[str, Any]:
        dice = self.dice
        line = execution(
            self._moment().isoformat(),
            agent="c",
            success=dice.choice([True, False, None]),
            execution_time_s=dice.choice([None, round(dice.random(), 3)]),
            quality_score=dice.choice([None, round(dice.random(), 4)]),
            session_id=dice.choice(["always", f"s-{dice.randrange(12)}"]),
        )
        if dice.random() < 0.2:
            line["idempotency_key"] = f"key-{len(self.lines['one'])}-{dice.randrange(10**6)}"
        return line

    def agree(self) -> None:
        said = answers(self.thinned.warehouse, self.now)
        for ours, theirs in zip(said, answers(self.kept.warehouse, self.now), strict=True):
            assert ours == theirs


@pytest.mark.parametrize(
    ("seed", "zone"),
    [(1, "America/Los_Angeles"), *([(2, "Asia/Kathmandu")] if THOROUGH > 1 else [])],
)
def test_no_answer_tells_whether_rows_went(tmp_path: Path, seed: int, zone: str) -> None:
    """Before a refresh, after it, after a rebuild, after every file was read anew, night by night.

    All reports over all kinds of spans, and every stored rollup, are those of the twin.
    """
    twins = Twins(tmp_path, seed, zone)
    for _ in range(NIGHTS):
        twins.night()

    left, ever = (len(raw_days_left(each.warehouse)) for each in (twins.thinned, twins.kept))
    assert left < 2 * RAW_DAYS
    assert ever >= left + RAW_DAYS
    twins.agree()
    for full in (False, True):
        for fleet in twins.fleets:
            fleet.collect(full=True, now=twins.now)
            refresh(fleet.warehouse, now=twins.now, full=full)
        assert tables(twins.thinned.warehouse) == tables(twins.kept.warehouse)


# ---------------------------------------------------------------- one thing at a time


@pytest.fixture
def lived_in(fleet: Fleet) -> Fleet:
    """A project with a use of ``a`` on each of the last 60 days, collected and refreshed."""
    write_skills(fleet.project(), {"invocations": daily(60), "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet


def daily(days: int) -> list[dict[str, object]]:
    moments = [(NOW - timedelta(days=age)).replace(tzinfo=None) for age in range(days)]
    return [
        invocation("a", moment.isoformat(), session_id=f"s-{moment.day % 5}", duration_seconds=i)
        for i, moment in enumerate(reversed(moments))
    ]


def test_rows_older_than_n_days_go_and_no_others(lived_in: Fleet) -> None:
    """Off by default; kept are N days of the reporting zone; doing it twice does nothing."""
    off = apply(lived_in.warehouse, now=NOW)
    keep_for(lived_in.warehouse, 30)
    with lived_in.warehouse.reading() as con:
        seen = retention(con, now=NOW)
    went = apply(lived_in.warehouse, now=NOW)
    again = apply(lived_in.warehouse, now=NOW)
    days = raw_days_left(lived_in.warehouse)

    assert (off, seen.rows_due, went, again) == (0, 29, 29, 0)
    assert seen.rows_since == min(days) == date(2026, 10, 21)
    assert len(days) == 31


def test_what_is_archived_is_no_record_of_a_use(lived_in: Fleet) -> None:
    """One entry a day and name, whose lists are each in an order of their own."""
    folder = lived_in.root / "app"
    many = [
        invocation("b", f"2026-09-01T1{n}:00:00", session_id=f"s-{9 - n}", duration_seconds=n % 4)
        for n in range(8)
    ]
    write_skills(folder, {"invocations": many, "last_updated": ""})
    lived_in.collect()
    keep_for(lived_in.warehouse, 7)

    apply(lived_in.warehouse, now=NOW)

    [(durations, sessions)] = lived_in.query(
        "select cast(durations_ms as double[]), session_ids from archived_days where skill_name='b'"
    )
    assert durations == [0, 0, 1000, 1000, 2000, 2000, 3000, 3000]
    assert sessions == [f"s-{n}" for n in range(2, 10)]


def test_what_files_still_hold_of_archived_days_is_not_counted_again(lived_in: Fleet) -> None:
    """Read whole, changed or told so late: left aside, without a mark, and doctor says so."""
    keep_for(lived_in.warehouse, 30)
    apply(lived_in.warehouse, now=NOW)
    before = tables(lived_in.warehouse)

    full = lived_in.collect(full=True)
    records = daily(60)
    records[3] |= {"completed": False, "error_type": "ToolError"}
    late = invocation("a", "2026-10-01T01:00:00", session_id="late")
    write_skills(lived_in.root / "app", {"invocations": [*records, late], "last_updated": ""})
    changed = lived_in.collect()
    done = refresh(lived_in.warehouse, now=NOW)
    with lived_in.warehouse.reading() as con:
        checked = check(con, find_project(con, "app"))

    assert [(p.projects[0].inserted, p.projects[0].unchanged) for p in (full, changed)] == [
        (0, 60),
        (0, 61),
    ]
    assert done == Refresh(0, 0, has_retention=True)
    assert tables(lived_in.warehouse) == before
    assert checked.archived_before == date(2026, 10, 21)


def test_what_was_not_known_yet_is_taken_on_any_day(lived_in: Fleet) -> None:
    """A project that could not be read for long comes back: its uses since then all count, once."""
    keep_for(lived_in.warehouse, 7)
    later = NOW + timedelta(days=40)
    apply(lived_in.warehouse, now=later)
    missed = [
        invocation("a", (NOW + timedelta(days=day)).replace(tzinfo=None).isoformat())
        for day in range(1, 30)
    ]
    records = [*daily(60), *missed]
    write_skills(lived_in.root / "app", {"invocations": records, "last_updated": ""})

    counts = []
    for _ in range(3):
        done = lived_in.collect(full=True, now=later)
        refresh(lived_in.warehouse, now=later)
        counts.append((done.projects[0].inserted, apply(lived_in.warehouse, now=later)))

    with lived_in.warehouse.reading() as con:
        [used] = top_skills(con, Question(ALL_TIME, scope(con), "all", later)).rows
    assert counts == [(29, 29), (0, 0), (0, 0)]
    assert used.measures.total_invocations == 89


def test_a_record_told_of_twice_around_the_cut_is_archived_once(fleet: Fleet) -> None:
    """The better telling is of an archived day: the other one must not come back as a new use."""
    lines = [
        execution("2026-10-20T23:00:00Z", idempotency_key="k", success=True),
        execution("2026-10-21T01:00:00Z", idempotency_key="k", success=False),
    ]
    write_executions(fleet.project(), "reviewer", lines)
    fleet.collect()
    keep_for(fleet.warehouse, 30)

    went = apply(fleet.warehouse, now=NOW)
    done = fleet.collect(full=True)

    assert went == 1
    assert done.projects[0].inserted == 0


def test_a_worktree_does_not_bring_back_what_its_repository_archived(fleet: Fleet) -> None:
    """A record that both hold was counted for the main checkout, and its row has gone."""
    main, tree = fleet.project("main"), fleet.root / "tree"
    (main / ".git" / "worktrees" / "tree").mkdir(parents=True)
    (main / ".git" / "worktrees" / "tree" / "commondir").write_text("../..\n")
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {main / '.git' / 'worktrees' / 'tree'}\n")
    fleet.register(main)
    write_skills(main, {"invocations": daily(60), "last_updated": ""})
    fleet.collect()
    keep_for(fleet.warehouse, 30)
    apply(fleet.warehouse, now=NOW)

    fleet.register(tree)
    own = invocation("own", NOW.replace(tzinfo=None).isoformat())
    write_skills(tree, {"invocations": [*daily(60), own], "last_updated": ""})
    done = fleet.collect("tree")

    assert fleet.query("select is_worktree, repository is null from projects order by all") == [
        (False, False),
        (True, False),
    ]
    assert sum(p.inserted for p in done.projects) == 1


def test_a_purged_project_leaves_nothing_in_the_archive(lived_in: Fleet) -> None:
    """Its archived days go with its rows, and nothing but its name is asked of the files anew."""
    keep_for(lived_in.warehouse, 30)
    apply(lived_in.warehouse, now=NOW)

    with lived_in.warehouse.writing() as con:
        purge(con, find_project(con, "app"))
    refresh(lived_in.warehouse, now=NOW)

    assert not any(tables(lived_in.warehouse))
    left = "select count(*) from archived_days union all select count(*) from archived_projects"
    assert lived_in.query(left) == [(0,), (0,)]


def test_a_moved_project_takes_its_archive_along(lived_in: Fleet) -> None:
    """Its files are read anew at the new place, and nothing counts twice."""
    keep_for(lived_in.warehouse, 30)
    apply(lived_in.warehouse, now=NOW)
    before = tables(lived_in.warehouse)
    shutil.move(lived_in.root / "app", lived_in.root / "moved")

    with lived_in.warehouse.writing() as con:
        move(con, find_project(con, "app"), lived_in.root / "moved")
    done = lived_in.collect(full=True)
    refresh(lived_in.warehouse, now=NOW)

    assert done.projects[0].inserted == 0
    assert tables(lived_in.warehouse) == before


@pytest.mark.parametrize("change", ["reporting", "project"])
def test_zones_stay_where_days_are_archived(lived_in: Fleet, change: str) -> None:
    """Neither the calendar nor a project's local times can be read anew: refused, all stays."""
    keep_for(lived_in.warehouse, 30)
    apply(lived_in.warehouse, now=NOW)
    with lived_in.warehouse.writing() as con:
        con.execute("delete from skill_usage").fetchall()
    before = tables(lived_in.warehouse)

    def rezone() -> None:
        if change == "reporting":
            refresh(lived_in.warehouse, now=NOW, timezone="Asia/Tokyo")
            return
        with lived_in.warehouse.writing() as con:
            register(
                con, lived_in.root / "app", now=NOW, default_timezone="UTC", timezone="Asia/Tokyo"
            )

    with pytest.raises(UsageError, match="before 2026-10-21 are archived"):
        rezone()

    assert tables(lived_in.warehouse) == before


def test_a_clock_that_is_a_year_ahead_lets_no_row_go_at_night(lived_in: Fleet) -> None:
    """Nightly passes count on from the latest use, for a month at most; a person's word counts."""
    keep_for(lived_in.warehouse, 91)
    ahead = NOW + timedelta(days=366)

    assert apply(lived_in.warehouse, now=ahead, nightly=True) == 0
    assert apply(lived_in.warehouse, now=NOW + timedelta(days=50), nightly=True) == 0
    assert apply(lived_in.warehouse, now=ahead) == 60


@pytest.mark.parametrize("step", range(len(steps("aggregator/rollups/archive.sql"))))
def test_a_step_that_fails_leaves_everything_as_it_was(
    lived_in: Fleet, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """All or nothing, wherever it breaks off; and the next time it succeeds."""
    keep_for(lived_in.warehouse, 30)

    def break_off(con: Any, path: str, values: Any) -> None:
        for number, text in enumerate(steps(path)):
            if number == step:
                raise KeyboardInterrupt
            con.execute(text, {k: v for k, v in values.items() if f"${k}" in text}).fetchall()

    monkeypatch.setattr(aggregator.retention, "run_all", break_off)
    with pytest.raises(KeyboardInterrupt):
        apply(lived_in.warehouse, now=NOW)
    whole = len(raw_days_left(lived_in.warehouse)), lived_in.query("select day from archived_days")
    monkeypatch.setattr(aggregator.retention, "run_all", run_all)

    assert whole == (60, [])
    assert apply(lived_in.warehouse, now=NOW) == 29
    assert len(lived_in.query("select day from archived_days")) == 29


def test_the_fewest_days_are_said(lived_in: Fleet) -> None:
    """Records still change for some days: keeping rows for fewer is refused."""
    with pytest.raises(UsageError, match="between 7 and 36500"):
        keep_for(lived_in.warehouse, FEWEST_DAYS - 1)


def test_the_setting_can_be_switched_off(lived_in: Fleet) -> None:
    """What was archived stays archived, and nothing more goes."""
    keep_for(lived_in.warehouse, 30)
    apply(lived_in.warehouse, now=NOW)
    keep_for(lived_in.warehouse, None)

    assert apply(lived_in.warehouse, now=NOW + timedelta(days=20)) == 0
    with lived_in.warehouse.reading() as con:
        seen = retention(con, now=NOW)
    assert (seen.raw_days, seen.rows_since, seen.rows_due, seen.uses_archived) == (
        None,
        None,
        0,
        29,
    )
