"""Experiments of a team by commands: planned by its maintainer, kept to by members, and told."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.team.store import open_store
from command_line import Program
from conftest import Fleet, invocation, write_skills
from members import Row, member_name, write_rows
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

PLANNED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BEGINS = date(2026, 11, 23)
AFTER = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)
INIT = ("--name", "Tools", "--skill", "code-review*", "--type", "cli")
PLAN = ("--control", "code-review", "--treatment", "code-review-v2", "--by", "member")
OTHER = ("--control", "code-review-3", "--treatment", "code-review-4", "--by", "member")


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fleet: Fleet,
) -> Program:
    """The maintainer, who is a member too."""
    record = invocation("code-review", "2026-11-03T09:00:00")
    write_skills(fleet.project("client"), {"invocations": [record], "last_updated": ""})
    fleet.collect()
    program = Program(tmp_path, capsys, monkeypatch)
    program.now = PLANNED
    url = str(tmp_path / "team")
    assert program("team", "init", url, *INIT).code == 0
    assert program("team", "join", url, "--yes").code == 0
    return program


def members_of(salt: str) -> dict[str, list[Row]]:
    """Forty others over the three weeks, of whom those with the treatment succeed half as often."""
    from aggregator.experiments.experiment import arm_of

    dice = random.Random(2)
    found: dict[str, list[Row]] = {}
    for number in range(60):
        name = member_name(number)
        treated = arm_of(salt, name, 0.5) == "treatment"
        skill = "code-review-v2" if treated else "code-review"
        found[name] = []
        for week in range(3):
            good = sum(dice.random() < (0.4 if treated else 0.85) for _ in range(6))
            for counter, count in (("success", good), ("failure", 6 - good)):
                if count:
                    day = BEGINS + timedelta(weeks=week)
                    found[name].append(
                        (
                            name,
                            "everyone",
                            day,
                            "skill",
                            skill,
                            "cli",
                            "writer",
                            counter,
                            None,
                            count,
                        )
                    )
    return found


def test_from_the_plan_to_the_verdict(run: Program, tmp_path: Path) -> None:
    """Planned once, fetched with the team's numbers, the same arm at every call, and a verdict."""
    url = str(tmp_path / "team")
    made = run("--json", "experiment", "create", "review", *PLAN, "--weeks", "3")
    assert made.code == 0, made.err
    assert run("experiment", "arm", "review").out.strip() == "code-review"

    run.now = AFTER - timedelta(weeks=2)
    [arm] = run("--json", "experiment", "arm", "review").json["data"]
    assert arm["unit"] == run("--json", "team", "status").json["data"][0]["member"]
    assert arm["is_running"] and arm["skill"] in ("code-review", "code-review-v2")
    with Warehouse(run.warehouse).writing() as con:
        [(salt,)] = con.execute("select salt from experiments").fetchall()
        # Another member knows of it only from the store.
        con.execute("delete from experiments").fetchall()
    assert run("team", "publish").code == 0
    assert run("--json", "experiment", "arm", "review").json["data"] == [arm]

    run.now = AFTER
    store = open_store(url)
    for member, rows in members_of(salt).items():
        data = write_rows(tmp_path / "file.parquet", rows)
        store.put(f"members/{member}.parquet", data, expected_etag=None)
    assert run("team", "rollup", url).code == 0
    assert run("team", "publish").code == 0
    [found] = run("--json", "experiment", "report", "review").json["data"]
    assert (found["verdict"], found["state"], found["week"]) == ("worse", "ended", 3)
    assert sum(arm["units"] for arm in found["arms"]) == 60
    assert "code-review-v2 is worse than code-review" in run("experiment", "report", "review").out


def test_stopping_reaches_every_member(run: Program) -> None:
    """The object in the store says so, and everybody uses the control again."""
    assert run("experiment", "create", "review", *PLAN).code == 0
    run.now = AFTER
    assert run("experiment", "stop", "review").code == 0
    with Warehouse(run.warehouse).writing() as con:
        con.execute("delete from experiments").fetchall()
    assert run("team", "publish").code == 0
    [arm] = run("--json", "experiment", "arm", "review").json["data"]
    assert (arm["arm"], arm["is_running"]) == ("control", False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create", "../x", *OTHER), "small letters, digits"),
        (("create", "x", *OTHER[:2], "--treatment", "private", "--by", "member"), "does not list"),
        (("arm", "review", "--session", "s"), "assigns members"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    run: Program, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    """Exit code 2, a reason, and the store and the warehouse as they were."""
    assert run("experiment", "create", "review", *PLAN).code == 0
    before = sorted(path.name for path in (tmp_path / "team" / "experiments").iterdir())
    refused = run("experiment", *words)
    assert refused.code == 2
    assert message in " ".join(refused.err.split())
    assert sorted(path.name for path in (tmp_path / "team" / "experiments").iterdir()) == before
    assert len(run("--json", "experiment", "list").json["data"]) == 1


def test_without_a_team_there_are_no_members(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fleet: Fleet,
) -> None:
    """It says how to join one, or that teams are switched off."""
    fleet.project("client")
    program = Program(tmp_path, capsys, monkeypatch)
    alone = program("experiment", "create", "x", *PLAN)
    assert (alone.code, "in no team" in alone.err) == (1, True)
    monkeypatch.setenv("SKILLHOUSE_TEAM", "off")
    off = program("experiment", "create", "x", *PLAN)
    assert off.code == 1 and "SKILLHOUSE_TEAM" in off.err
