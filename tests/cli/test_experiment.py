"""``experiment``: planned, assigned, reported and stopped by commands, on collected uses."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.experiments.analysis import weekly_uses
from aggregator.experiments.experiment import Experiment
from aggregator.measures import Question, scope
from command_line import Program
from conftest import Fleet, invocation, write_skills
from schema.warehouse import Warehouse
from transcript_program import person, ready
from transcript_worlds import Claude, World, write

CREATED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""A Friday."""

BEGINS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLAN = ("--control", "code-review", "--treatment", "code-review-v2")
SESSIONS = 240
EXPERIMENT = Experiment(
    "e", "s", "a", "b", "session", 0.5, 12, date(1999, 1, 4), datetime(1999, 1, 1, tzinfo=UTC)
)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    program = Program(tmp_path, capsys, monkeypatch)
    program.now = CREATED
    fleet = Fleet(tmp_path, Warehouse(program.warehouse, "UTC"))
    fleet.projects("app", "site")
    return program


def _record(name: str, at: datetime, session: str | None, *, good: bool) -> dict[str, object]:
    written = at.replace(tzinfo=None).isoformat()
    error = None if good else "ToolError"
    return invocation(name, written, session_id=session, completed=good, error_type=error)


def _history(root: Path) -> list[dict[str, object]]:
    """Twelve weeks in which one session after another used the control."""
    dice = random.Random(5)
    return [
        _record(
            "code-review",
            BEGINS - timedelta(days=84) + timedelta(hours=7 * number),
            f"before-{number // 2}",
            good=dice.random() < 0.8,
        )
        for number in range(280)
    ]


def _arm(run: Program, session: str) -> str:
    return run("experiment", "arm", "review", "--session", session).out.strip()


def test_from_the_plan_to_the_verdict(run: Program, tmp_path: Path) -> None:
    """Sessions ask which skill to use, and the report is what plain Python makes of their uses."""
    records = _history(tmp_path)
    write_skills(tmp_path / "app", {"invocations": records})
    assert run("refresh", "--quiet").code == 0

    made = run("experiment", "create", "review", *PLAN, "--weeks", "2", "--json")
    assert made.code == 0
    [plan] = made.json["data"]
    assert (plan["begins_on"], plan["ends_on"]) == ("2026-11-23", "2026-12-06")
    assert not plan["is_assumed"]
    assert [each["points"] for each in plan["sizes"]] == [5, 10, 20]
    assert plan["units"] == pytest.approx(140 / 12, rel=0.1)
    assert _arm(run, "any") == "code-review"

    run.now = BEGINS
    salt = Warehouse(run.warehouse)
    with salt.reading() as con:
        [(secret,)] = con.execute("select salt from experiments").fetchall()
    dice = random.Random(8)
    uses: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for number in range(SESSIONS):
        session = f"s-{number}"
        skill = _arm(run, session) if number < 12 else _by_hand(secret, session)
        if number < 12:
            assert skill == _by_hand(secret, session)
        arm = "treatment" if skill.endswith("v2") else "control"
        at = BEGINS + timedelta(hours=number)
        for _ in range(1 + number % 3):
            # Some do not keep to it.
            used = "code-review" if dice.random() < 0.3 else skill
            good = dice.random() < (0.45 if arm == "treatment" else 0.9)
            records.append(_record(used, at, session, good=good))
            uses[arm][session].append((int(good), int(used == skill)))
            at += timedelta(minutes=1)
    records.append(_record("code-review", BEGINS, None, good=False))
    write_skills(tmp_path / "app", {"invocations": records})
    run.now = BEGINS + timedelta(days=15)
    assert run("refresh", "--quiet").code == 0

    [found] = run("experiment", "report", "review", "--json").json["data"]
    assert found["uses_without_unit"] == 1
    assert (found["state"], found["verdict"]) == ("ended early", "worse")
    assert found["week"] == 1
    first_week = {
        arm: {name: each for name, each in of.items() if int(name[2:]) + 9 < 7 * 24}
        for arm, of in uses.items()
    }
    for each in found["arms"]:
        mine = first_week[each["arm"]]
        outcomes = [use for session in mine.values() for use in session]
        assert each["units"] == len(mine)
        assert each["uses"] == each["known"] == len(outcomes)
        assert each["success_rate"] == pytest.approx(sum(s for s, _ in outcomes) / len(outcomes))
        assert each["share_as_assigned"] == pytest.approx(
            sum(kept for _, kept in outcomes) / len(outcomes)
        )
        assert each["low"] < each["success_rate"] < each["high"]
    assert any("As assigned" in line for line in run("experiment", "report", "review").lines)
    assert any("smaller than the real one" in note for note in found["notes"])
    listed = run("experiment", "list", "--json").json["data"]
    assert [each["verdict"] for each in listed] == ["worse"]


def _by_hand(salt: str, session: str) -> str:
    number = int(hashlib.sha256(f"{salt}:{session}".encode()).hexdigest(), 16)
    return "code-review-v2" if number / 2**256 < 0.5 else "code-review"


def test_it_can_be_stopped_once_and_never_prolonged(run: Program) -> None:
    """After a stop everybody uses the control; a second stop and a second creation are refused."""
    assert run("experiment", "create", "review", *PLAN).code == 0
    run.now = BEGINS
    assert run("experiment", "stop", "review").code == 0
    assert {_arm(run, f"s-{n}") for n in range(20)} == {"code-review"}
    again = run("experiment", "stop", "review")
    assert (again.code, "was stopped already" in again.err) == (2, True)
    taken = run("experiment", "create", "review", *PLAN)
    assert (taken.code, "There is an experiment 'review' already." in taken.err) == (2, True)
    [found] = run("experiment", "report", "review", "--json").json["data"]
    assert (found["state"], found["verdict"]) == ("stopped", "not enough data")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create", "x", "--control", "a", "--treatment", "a"), "two different skills"),
        (("create", "x", *PLAN, "--share", "0.99"), "0.99 is not between 0.1 and 0.9"),
        (("create", "x", *PLAN, "--weeks", "0"), "--weeks"),
        (("create", "x", *PLAN, "--by", "moon"), "--by"),
        (("create", "x" * 101, *PLAN), "1 to 100 printable characters"),
        (("create", "y", *PLAN), "code-review, code-review-v2 is in the experiment 'x'"),
        (("report", "z"), "There is no experiment 'z'."),
        (("arm", "x"), "assigns sessions"),
        (("arm", "x", "--session", "1", "--project", "app"), "assigns sessions"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    run: Program, words: tuple[str, ...], message: str
) -> None:
    """Bad input ends with exit code 2, says why, and leaves no experiment behind."""
    assert run("experiment", "create", "x", *PLAN).code == 0
    before = run("experiment", "list", "--json").json["data"]
    refused = run("experiment", *words)
    assert refused.code == 2
    assert message in " ".join(refused.err.split())
    assert run("experiment", "list", "--json").json["data"] == before


def test_projects_are_units_too(run: Program, tmp_path: Path) -> None:
    """By project, the arm is that of the project's id, however the project is named."""
    assert run("experiment", "create", "by-project", *PLAN, "--by", "project").code == 0
    run.now = BEGINS
    by_name = run("experiment", "arm", "by-project", "--project", "app", "--json").json["data"][0]
    by_path = run("experiment", "arm", "by-project", "--project", str(tmp_path / "app"))
    with Warehouse(run.warehouse).reading() as con:
        [(salt, project_id)] = con.execute(
            "select salt, project_id from experiments, projects where project_name = 'app'"
        ).fetchall()
    assert by_name["unit"] == project_id
    assert by_name["skill"] == by_path.out.strip() == _by_hand(salt, project_id)
    refused = run("experiment", "arm", "by-project", "--session", "s-1")
    assert (refused.code, "assigns projects" in refused.err) == (2, True)


@pytest.mark.parametrize("how", ["branch", "resume"])
def test_a_session_that_goes_on_with_another_has_its_arm(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    """A fork is the unit that it names as its origin, when asked for the arm and when counted. Of
    copies that name none it is not known which was first: their uses count nowhere."""
    program = person(tmp_path, capsys, monkeypatch)
    program.now = CREATED
    ready(program, tmp_path / "work/alpha")
    world = World(str(tmp_path / "work"), random.Random(4))
    first = Claude(world)
    first.turn("rest", ("skill",))
    second = first.copy(how)
    second.turn("rest", ("skill",))
    alone = Claude(world)
    alone.turn("rest", ("skill",))
    write(world, tmp_path / "home")
    assert program("refresh").code == 0

    is_known = how == "branch"
    with Warehouse(program.warehouse).reading() as con:
        origins = dict(con.execute("from session_origins").fetchall())
        names = con.execute("select distinct skill_name from skill_usage").fetchall()
    copies = {second.id: first.id} if is_known else {first.id: None, second.id: None}
    assert origins == copies
    assert program("experiment", "create", "review", *PLAN).code == 0
    units = {
        each.id: program("experiment", "arm", "review", "--session", each.id, "--json").json["data"]
        for each in (first, second, alone)
    }
    assert {name: row["unit"] for name, [row] in units.items()} == {
        first.id: first.id,
        second.id: first.id if is_known else second.id,
        alone.id: alone.id,
    }
    counted, left_out = set(), 0
    for (name,) in names:
        of = replace(EXPERIMENT, control=name)
        with Warehouse(program.warehouse).reading() as con:
            asked = Question(ALL_TIME, scope(con), "all", CREATED)
            found, without = weekly_uses(con, asked, of)
        counted |= {unit for unit, _ in found}
        left_out += without
    assert counted == ({first.id, alone.id} if is_known else {alone.id})
    assert left_out == (0 if is_known else 2)
