"""Changes of a skill's text are dated and tested; one name for several skills is told."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.changes import changes
from aggregator.measures import Question, scope
from aggregator.outcomes import Outcomes
from aggregator.refresh import refresh
from aggregator.skills.catalogue import Catalogue, Wanted, catalogue
from aggregator.skills.names import on_disk
from aggregator.skills.versions import VersionChange, level_of, version_changes
from command_line import Program
from conftest import NOW, Fleet, invocation, write_skills
from schema.errors import UnknownName
from skill_trees import write_skill

EDITED = NOW - timedelta(days=30)


def drawn(dice: random.Random, rate: float, times: int) -> Outcomes:
    good = sum(dice.random() < rate for _ in range(times))
    return Outcomes(good, times - good, 0, 0)


def level(dice: random.Random, before: float, after: float, times: int) -> str | None:
    key = ("skill", "one", "a b")
    found = changes([(key, drawn(dice, after, times), drawn(dice, before, times))])
    return level_of(found[key])


def test_a_planted_edit_is_told() -> None:
    """84 to 59 %: with 150 outcomes a side it needs attention, with 75 it is at least a look."""
    many = [level(random.Random(seed), 0.84, 0.59, 150) for seed in range(100)]
    fewer = [level(random.Random(seed), 0.84, 0.59, 75) for seed in range(100)]
    assert many.count("needs attention") >= 90
    assert sum(each is not None for each in fewer) >= 90


def test_edits_without_effect_are_named_at_the_stated_level() -> None:
    """Of 1,000 edits that change nothing at most the false discovery rate is named, of any."""
    dice = random.Random(3)
    named = [level(dice, 0.84, 0.84, 150) for _ in range(1000)]
    assert sum(each is not None for each in named) <= 50 + 3 * 7


def test_many_edits_without_effect_are_tested_together() -> None:
    """In hardly any of 100 warehouses with 40 edits each anything needs attention."""
    dice = random.Random(5)
    wrong = 0
    for _ in range(100):
        pairs = [
            (("skill", f"s{n}", "a b"), drawn(dice, 0.8, 100), drawn(dice, 0.8, 100))
            for n in range(40)
        ]
        levels = [level_of(each) for each in changes(pairs).values()]
        wrong += "needs attention" in levels
    assert wrong <= 5 + 7


def uses(name: str, since: datetime, good: int, bad: int) -> list[dict[str, object]]:
    order = [True] * good + [False] * bad
    random.Random(1).shuffle(order)
    return [
        invocation(
            name,
            (since + timedelta(minutes=97 * number)).isoformat()[:19],
            completed=done,
            error_type=None if done else "TimeoutError",
        )
        for number, done in enumerate(order)
    ]


def edited(fleet: Fleet, *projects: str, good: int = 88, bad: int = 62) -> list[Path]:
    """Projects with a skill that was edited thirty days ago, and its uses before and after."""
    folders = fleet.projects(*projects)
    for folder in folders:
        file = write_skill(folder, "deploy", "Deploy the service with care.", "Version one.")
        first = (EDITED - timedelta(days=20)).timestamp()
        os.utime(file, (first, first))
    fleet.collect(now=EDITED - timedelta(days=1))
    for number, folder in enumerate(folders, start=1):
        file = write_skill(folder, "deploy", "Deploy the service with care.", "Version two.")
        os.utime(file, (EDITED.timestamp(), EDITED.timestamp()))
        # Projects with the same records would share them.
        history = uses("deploy", EDITED - timedelta(days=15, seconds=number), 126, 24)
        history += uses("deploy", EDITED + timedelta(seconds=number), good, bad)
        write_skills(folder, {"invocations": history})
    fleet.collect()
    return folders


def found_changes(fleet: Fleet) -> list[VersionChange]:
    with fleet.warehouse.reading() as con:
        return version_changes(con, Question(ALL_TIME, scope(con), "all", NOW))


def listed(fleet: Fleet, **wanted: Any) -> Catalogue:
    with fleet.warehouse.reading() as con:
        return catalogue(
            con, Question(ALL_TIME, scope(con), "all", NOW), Wanted(**{"limit": 50, **wanted})
        )


def test_uses_before_and_after_a_change_are_counted(fleet: Fleet) -> None:
    """The file's own time dates the change, to the second; every use is on its side of it."""
    edited(fleet, "app")
    [change] = found_changes(fleet)
    assert change.at == EDITED
    assert (change.change.before.successes, change.change.before.known) == (126, 150)
    assert (change.change.now.successes, change.change.now.known) == (88, 150)
    assert (change.change.verdict, change.level) == ("degrading", "needs attention")


def test_the_same_change_in_several_projects_is_one(fleet: Fleet) -> None:
    """Its uses add up over the projects."""
    edited(fleet, "one", "two")
    [change] = found_changes(fleet)
    assert len(change.projects) == 2
    assert (change.change.before.known, change.change.now.known) == (300, 300)


def test_a_change_that_nobody_dated_is_dated_by_the_pass(fleet: Fleet) -> None:
    """A file time from before the last pass with the old text cannot be that of the change."""
    app = fleet.project()
    write_skill(app, "deploy", "One.")
    fleet.collect(now=EDITED)
    file = write_skill(app, "deploy", "Two.")
    os.utime(file, (1, 1))
    fleet.collect(now=EDITED + timedelta(days=1))
    [change] = found_changes(fleet)
    assert change.at == EDITED + timedelta(days=1)
    assert change.change.verdict == "insufficient data"


def test_a_text_that_comes_back_is_a_change_too(fleet: Fleet) -> None:
    """One, two, one again: two changes, the newest first."""
    app = fleet.project()
    for day, body in enumerate(("One.", "Two.", "One.")):
        file = write_skill(app, "deploy", body)
        moment = (EDITED + timedelta(days=day)).timestamp()
        os.utime(file, (moment, moment))
        fleet.collect(now=EDITED + timedelta(days=day, hours=1))
    assert [change.at for change in found_changes(fleet)] == [
        EDITED + timedelta(days=2),
        EDITED + timedelta(days=1),
    ]


def test_states(fleet: Fleet) -> None:
    """Used, unused, never, hidden, gone, changed: each where it holds."""
    app = fleet.project()
    for name in ("used", "unused", "never", "gone", "changed"):
        write_skill(app, name, f"Does {name} things.")
    write_skill(app, "hidden", "Hidden.", disable_model_invocation="true")
    history = uses("used", NOW - timedelta(days=5), 2, 1)
    history += uses("unused", NOW - timedelta(days=120), 2, 1)
    write_skills(app, {"invocations": history})
    fleet.collect()
    (app / ".claude/skills/gone/SKILL.md").unlink()
    write_skill(app, "changed", "Does other things.")
    fleet.collect()
    states = {each.version.name: each.states for each in listed(fleet).entries}
    assert states == {
        "used": ("used",),
        "unused": ("unused",),
        "never": ("never",),
        "gone": ("gone", "never"),
        "changed": ("changed", "never"),
        "hidden": ("hidden", "never"),
    }
    assert [e.version.name for e in listed(fleet, state="gone").entries] == ["gone"]


LONG = (
    "Review a pull request for faults in error handling, naming and tests, and write comments"
    " with the line, the reason and a proposal for each finding"
)


def test_relations(fleet: Fleet) -> None:
    """Copy, version, renamed, overlap and namesake, each from both of its ends."""
    one, two = fleet.projects("one", "two")
    write_skill(one, "same", "Bake bread with rye, water, salt and patience.")
    write_skill(two, "same", "Bake bread with rye, water, salt and patience.")
    write_skill(one, "review", LONG, "Look at every file. Be kind.")
    write_skill(two, "review", LONG, "Look at every single file. Be kind.")
    write_skill(one, "deploy", "Ship containers to the cluster with a rolling update.")
    write_skill(two, "deploy", "Send troops and tents to a far island by ship or plane.")
    body = " ".join(f"word{number}" for number in range(40))
    write_skill(one, "alpha", "Paint the fence green with a wide brush.", body)
    write_skill(two, "omega", "Paint the fence green with a wide brush.", body)
    fleet.collect()
    relations = {
        (each.version.name, each.version.project_name): {(r.kind, r.name) for r in each.relations}
        for each in listed(fleet).entries
    }
    for project in ("one", "two"):
        assert relations["same", project] == {("copy", "same")}
        assert relations["review", project] == {("version", "review")}
        assert relations["deploy", project] == {("namesake", "deploy")}
    assert relations["alpha", "one"] in ({("renamed", "omega")}, set())
    assert {e.version.name for e in listed(fleet, relation="copy").entries} == {"same"}


def test_the_listing_says_who_loses_its_description(fleet: Fleet) -> None:
    """What does not fit goes by use, the least used first; agents and hidden skills take none."""
    app = fleet.project()
    for name in ("often", "rarely", "never"):
        write_skill(app, name, "x" * 400)
    write_skill(app, "hidden", "x" * 400, disable_model_invocation="true")
    write_skill(app, "agent", "x" * 400, path=".claude/agents/agent.md")
    history = uses("often", NOW - timedelta(days=9), 9, 0) + uses("rarely", NOW, 1, 0)
    write_skills(app, {"invocations": history})
    fleet.collect()
    [fits] = listed(fleet, budget=1300).listings
    [over] = listed(fleet, budget=900).listings
    assert (fits.characters, fits.over) == (3 * 400 + len("oftenrarelynever"), ())
    assert over.over == ("never",)
    assert listed(fleet, budget=100).listings[0].over == ("never", "rarely", "often")


def test_namesakes_are_told(fleet: Fleet) -> None:
    """A name that means different skills is named with the projects of each; copies are one."""
    one, two, three = fleet.projects("one", "two", "three")
    for folder in (one, two):
        write_skill(folder, "deploy", "Ship containers to the cluster with a rolling update.")
    write_skill(three, "deploy", "Send troops and tents to a far island by plane.")
    write_skill(one, "alone", "Something else.")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        found = on_disk(con, Question(ALL_TIME, scope(con), "all", NOW))
    assert list(found.namesakes) == [("skill", "deploy")]
    assert sorted(len(t.projects) for t in found.namesakes["skill", "deploy"]) == [1, 2]
    assert found.warnings("alone") == []
    assert "deploy is the name of 2 different skills" in found.warnings("deploy")[0]


def test_an_unknown_name_is_an_error(fleet: Fleet) -> None:
    """It suggests the nearest."""
    app = fleet.project()
    write_skill(app, "deploy", "Ship it.")
    fleet.collect()
    with pytest.raises(UnknownName) as told:
        listed(fleet, name="deplyo")
    assert "deploy" in told.value.hint


def answered(fleet: Fleet, question: str, **values: Any) -> Any:
    from cli.answers import catalogue as questions
    from cli.output import Output
    from cli.query_options import QueryOptions
    from cli.session import Session
    from schema.settings import Settings

    session = Session(Settings(fleet.warehouse.path, "UTC"), Output(format="json"), NOW)
    with fleet.warehouse.reading() as con:
        known = questions.known(question)
        return known.answer(con, session, QueryOptions(), values).answer.envelope()


def test_answers_by_name_tell_a_change_of_the_text(fleet: Fleet) -> None:
    """``effectiveness`` and ``health`` name it with its numbers, and the insight says it."""
    edited(fleet, "app")
    refresh(fleet.warehouse, now=NOW)
    [row] = answered(fleet, "effectiveness", name="deploy")["data"]
    [of_health] = answered(fleet, "health")["data"]
    for [change] in (row["text_changes"], of_health["text_changes"]):
        assert change["before"]["known_outcomes"] == change["after"]["known_outcomes"] == 150
        assert change["level"] == "needs attention"
        assert change["change_in_words"] == "worse"
    told = "Its text changed on 2026-10-21: 84.0% of 150 before, 58.7% of 150 after: worse"
    assert any(told in insight for insight in row["insights"])
    assert not any("needs attention" in insight for insight in row["insights"])


def test_health_counts_edits_apart_from_what_needs_attention(
    fleet: Fleet,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The headline names what got worse after an edit; "needs attention" is counted once, and
    nothing below says it of what is not counted."""
    edited(fleet, "app")
    refresh(fleet.warehouse, now=NOW)
    program = Program(tmp_path, capsys, monkeypatch)
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(fleet.warehouse.path))
    monkeypatch.setenv("COLUMNS", "200")
    said = program("health").out
    assert "1 got worse after its text changed (deploy)." in said
    assert "(needs attention)" not in said


def test_answers_by_name_tell_namesakes_apart(fleet: Fleet) -> None:
    """They warn, and ``effectiveness`` breaks the uses down by text."""
    one, two, *others = fleet.projects("one", "two", "three", "four", "five")
    for folder in (one, *others):
        write_skill(folder, "deploy", "Ship containers to the cluster with a rolling update.")
    write_skill(two, "deploy", "Send troops and tents to a far island by plane.")
    write_skills(one, {"invocations": uses("deploy", NOW - timedelta(days=9), 18, 2)})
    write_skills(two, {"invocations": uses("deploy", NOW - timedelta(days=8), 3, 12)})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    for question, values in (
        ("effectiveness", {"name": "deploy"}),
        ("compare", {"name": "deploy"}),
        ("health", {}),
    ):
        warnings = answered(fleet, question, **values)["warnings"]
        assert any("2 different skills" in each for each in warnings), question
    [row] = answered(fleet, "effectiveness", name="deploy")["data"]
    assert {frozenset(t["projects"]): t["success_rate"] for t in row["by_text"]} == {
        frozenset(("one", "three", "four", "five")): 0.9,
        frozenset(("two",)): 0.2,
    }
    [told] = [each for each in row["insights"] if "different skills" in each]
    assert told.count(" and 1 more") == 1 and "20.0% of 15 in two" in told
