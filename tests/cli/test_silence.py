"""Where nothing was recorded or collected, no command says that nothing was used."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from command_line import Program, Ran, faults
from conftest import THOROUGH, execution, invocation, write_executions, write_skills

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SLOWLY = [
    pytest.param(days, marks=pytest.mark.slow)
    for days in ((30, 90, 400) if THOROUGH > 1 else (400,))
]
LAST_DAY = 200
"""The last day of use, a Friday, in days after ``FIRST``."""

SKILLS = {"lint": 1.0, "review": 0.7, "deploy": 0.3}
"""How likely each is on a working day."""

ANSWERS = (
    ("top-skills",),
    ("summary",),
    ("health",),
    ("trends",),
    ("recommend",),
    ("anomalies",),
    ("effectiveness", "lint"),
    ("compare", "lint"),
    ("patterns", "pairs"),
    ("patterns", "heatmap"),
    ("projects",),
    ("status",),
)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def lay(folder: Path, minute: int, days: Iterable[int], skills: Sequence[str]) -> None:
    """Uses on the working days among ``days``, and an agent's runs on the same days."""
    dice = random.Random(folder.name)
    start = FIRST + timedelta(minutes=minute)
    working = [day for day in days if day % 7 < 5]
    records = [
        invocation(skill, local(start + timedelta(days=day, seconds=place)))
        for day in working
        for place, skill in enumerate(skills)
        if dice.random() < SKILLS.get(skill, 0.5)
    ]
    write_skills(folder, {"invocations": records})
    runs = [execution((start + timedelta(days=day)).isoformat()) for day in working]
    write_executions(folder, "reviewer", runs)


def fleet(run: Program, ends: dict[str, int], own: str = "own") -> None:
    """Projects that end on these days; each has the common skills and one of its own."""
    for minute, (name, end) in enumerate(ends.items()):
        lay(run.folder(name), minute, range(end + 1), [*SKILLS, f"{own}-{name}"])
        assert run("register-project", str(run.root / name)).code == 0


def local(moment: datetime) -> str:
    """As the writer of skills has it, without an offset."""
    return moment.replace(tzinfo=None).isoformat()


def at(day: int) -> datetime:
    """Noon of a day after ``FIRST``."""
    return FIRST + timedelta(days=day, hours=3)


def day_of(day: int) -> date:
    return (FIRST + timedelta(days=day)).date()


def asked(run: Program, *words: str) -> Any:
    """The JSON of an answer, held to its schema."""
    done = run(*words, "--json")
    assert done.code == 0, done.err
    command = "-".join(word for word in words[:2] if word in ("patterns", "pairs", "heatmap"))
    assert faults(done.json, command or words[0]) == []
    return done.json


def nulls_and_zeros(run: Program, after: date) -> Iterator[tuple[str, str, object]]:
    """What every series says of periods that begin after a day, by command and name."""
    for grain in ("daily", "weekly", "monthly"):
        answer = asked(run, "trends", "--grain", grain, "--periods", "12", "--limit", "500")
        for row in answer["data"]:
            for period in row["periods"]:
                if date.fromisoformat(period["since"]) > after:
                    yield grain, row["skill_name"], period["total_invocations"]
    for week in asked(run, "summary")["data"][0]["weeks"]:
        if date.fromisoformat(week["since"]) > after:
            yield "summary", "", week["total_invocations"]


def unused(run: Program) -> set[str]:
    """What any command calls unused."""
    health = asked(run, "health", "--unused-days", "1")["data"]
    advice = asked(run, "recommend", "--limit", "500")["data"]
    return {row["skill_name"] for row in health if row["unused"]} | {
        row["skill_name"] for row in advice if row.get("reason") == "unused"
    }


def first_lines(run: Program) -> set[str]:
    """How each answer begins, on the screen and in JSON."""
    screens: list[Ran] = [run(*words) for words in ANSWERS]
    assert [done.code for done in screens] == [0] * len(ANSWERS)
    warnings = [asked(run, *words)["warnings"] for words in ANSWERS]
    return {done.lines[0] for done in screens} | {each[0] if each else "" for each in warnings}


def judged(run: Program) -> list[Any]:
    """What the judging answers say, without what depends on the moment."""
    health = asked(run, "health")["data"]
    summary = asked(run, "summary")["data"][0]
    return [
        [(row["skill_name"], row["score"], row["trend"], row["unused"]) for row in health],
        [(row["skill_name"], row["change"]) for row in summary["changed"]],
        [(r["skill_name"], r["success"]) for r in asked(run, "trends")["data"]],
        [row["statement"] for row in asked(run, "recommend")["data"]],
    ]


# ---------------------------------------------------------------- everything stopped


@pytest.mark.parametrize("days", [5, *SLOWLY])
def test_writers_that_all_stopped_change_no_judgement(run: Program, days: int) -> None:
    """Nothing is unused and no series has zeros; the first line of every answer says it."""
    fleet(run, {"alpha": LAST_DAY, "beta": LAST_DAY})
    run.now = at(LAST_DAY + 1)
    assert run("refresh").code == 0
    before = judged(run)
    assert run("baseline", "save").code == 0

    run.now = at(LAST_DAY + days)
    assert run("refresh").code == 0

    assert judged(run) == before
    assert unused(run) == set()
    compared = run("baseline", "compare", "--json").json["data"]
    assert [row["skill_name"] for row in compared if row["finding"] == "gone"] == []
    assert {value for *_, value in nulls_and_zeros(run, day_of(LAST_DAY))} <= {None}
    day = day_of(LAST_DAY)
    since = f"{day.day} {day:%b}" + (f" {day.year}" if days > 182 else "")
    assert first_lines(run) == {
        f"Nothing new from any project since {since} ({days} days). Are the tools still writing?"
    }


@pytest.mark.parametrize("days", [5, *SLOWLY])
def test_passes_that_stopped_change_no_judgement(run: Program, days: int) -> None:
    """The same where the tools may have written, but nothing was collected."""
    fleet(run, {"alpha": LAST_DAY, "beta": LAST_DAY})
    run.now = at(LAST_DAY + 1)
    assert run("refresh").code == 0
    before = judged(run)

    run.now = at(LAST_DAY + 1 + days)

    assert judged(run) == before
    assert unused(run) == set()
    assert {value for *_, value in nulls_and_zeros(run, day_of(LAST_DAY + 1))} <= {None}
    [line] = first_lines(run)
    assert line.startswith("Not refreshed since ")
    assert f"({days} days)" in line


def test_a_weekend_is_no_silence(run: Program) -> None:
    """On a Monday the last week is complete, and no answer says that nothing is new."""
    fleet(run, {"alpha": LAST_DAY})
    run.now = at(LAST_DAY + 3)
    assert run("refresh").code == 0

    assert not {line for line in first_lines(run) if "Nothing new" in line}
    *_, last, current = asked(run, "trends")["data"][0]["periods"]
    assert (last["until"], last["is_open"]) == (str(day_of(LAST_DAY + 2)), False)
    assert (current["since"], current["is_open"]) == (str(day_of(LAST_DAY + 3)), True)


# ---------------------------------------------------------------- one project stopped


@pytest.mark.parametrize("days", [40, 120])
def test_one_project_that_stopped_is_named_and_blames_no_skill(run: Program, days: int) -> None:
    """Its own skill is not unused and has no zeros; the others' silence is real."""
    end = LAST_DAY + days
    fleet(run, {"alpha": end, "beta": LAST_DAY, "gamma": end})
    run.now = at(end + 1)
    assert run("refresh").code == 0

    assert "own-beta" not in unused(run)
    told = list(nulls_and_zeros(run, day_of(LAST_DAY)))
    assert {value for _, name, value in told if name == "own-beta"} <= {None}
    assert all(value is not None for where, name, value in told if name == "lint")
    rows = {row["project_name"]: row for row in asked(run, "projects")["data"]}
    assert {name for name, row in rows.items() if row["silent"]} == {"beta"}
    assert rows["beta"]["last_use_at"].startswith(str(day_of(LAST_DAY)))
    for words in (("summary",), ("projects",), ("status",)):
        [line] = [each for each in asked(run, *words)["warnings"] if "silent" in each]
        assert "beta" in line
        assert line in run(*words).out
    listed = asked(run, "summary")["data"][0]["projects"]
    assert {each["project_name"] for each in listed if each["silent"]} == {"beta"}
    state = asked(run, "status")["data"][0]["projects"]
    assert {each["project_name"] for each in state if each["silent"]} == {"beta"}


def test_a_skill_that_others_outlive_is_unused(run: Program) -> None:
    """Its projects are active and it is not: that is what unused means."""
    fleet(run, {"alpha": LAST_DAY})
    file = run.root / "alpha" / ".session-buddy" / "skill_metrics.json"
    kept = [
        record
        for record in json.loads(file.read_text())["invocations"]
        if record["skill_name"] != "review"
        or record["invoked_at"] < local(FIRST + timedelta(days=120))
    ]
    write_skills(run.root / "alpha", {"invocations": kept})
    run.now = at(LAST_DAY + 1)
    assert run("refresh").code == 0

    assert unused(run) == {"review"}


def test_a_tool_that_stopped_is_not_its_skills(run: Program) -> None:
    """Agents go on, and no skill is recorded any more: then no skill is unused."""
    fleet(run, {"alpha": LAST_DAY + 100})
    file = run.root / "alpha" / ".session-buddy" / "skill_metrics.json"
    kept = [
        record
        for record in json.loads(file.read_text())["invocations"]
        if record["invoked_at"] < local(FIRST + timedelta(days=LAST_DAY))
    ]
    write_skills(run.root / "alpha", {"invocations": kept})
    run.now = at(LAST_DAY + 101)
    assert run("refresh").code == 0

    assert unused(run) == set()
    told = list(nulls_and_zeros(run, day_of(LAST_DAY)))
    assert {value for _, name, value in told if name == "lint"} <= {None}
