"""Every command says the same of a skill: the same word, the same numbers, the same place."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from command_line import Program
from conftest import NOW, THOROUGH, invocation, write_skills

SEEDS = 2 * THOROUGH
TYPES = {"a": "web", "b": "web", "c": "cli", "d": "cli", "e": "cli"}
SKILLS = ("one", "two", "three", "four", "five", "six")


def uses(dice: random.Random, skill: str, project: str, changed: bool) -> list[dict[str, Any]]:
    """Uses of 119 days with a rate and a duration that may change 30 days ago."""
    rate, typical = dice.choice((0.95, 0.8, 0.6)), 1.0
    pace = dice.choice((0.1, 0.4, 0.9))
    rows = []
    for ago in range(1, 120):
        late = changed and ago <= 30
        if dice.random() > pace:
            continue
        good = dice.random() < (rate - 0.45 if late else rate)
        at = NOW - timedelta(days=ago, seconds=dice.randrange(30_000))
        rows.append(
            invocation(
                skill,
                at.replace(tzinfo=None).isoformat(),
                completed=good,
                error_type=None if good else dice.choice(("ToolError", "TimeoutError")),
                duration_seconds=typical * dice.lognormvariate(0, 0.5) * (3 if late else 1),
                session_id=f"{project}-{skill}-{ago}",
            )
        )
    return rows


def fleet(run: Program, seed: int) -> None:
    """Five projects and six skills, some of which changed in some projects."""
    dice = random.Random(f"one verdict {seed}")
    where = {
        skill: {p for p in TYPES if dice.random() < dice.choice((0, 0.5, 1))} for skill in SKILLS
    }
    for project, project_type in TYPES.items():
        records = [
            row
            for skill in SKILLS
            if dice.random() < 0.9
            for row in uses(dice, skill, project, project in where[skill])
        ]
        write_skills(run.folder(project), {"invocations": records, "last_updated": ""})
        assert run("register-project", str(run.root / project), "--type", project_type).code == 0
    assert run("refresh").code == 0


def core(comparison: dict[str, Any]) -> dict[str, Any]:
    """What must be the same wherever it stands."""
    return {
        "words": (comparison["change_in_words"], comparison["duration_in_words"]),
        "told": comparison["in_words"],
        "level": comparison["level"],
        "success": comparison["success"],
        "duration": comparison["duration"],
        "where": [each["where"] for each in comparison["findings"]],
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("options", [(), ("--project", "a", "--project", "c")], ids=["all", "some"])
def test_every_command_says_the_same_of_a_skill(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    options: tuple[str, ...],
) -> None:
    """In a list and in detail, of all projects and of some, whatever changed."""
    run = Program(tmp_path, capsys, monkeypatch)
    fleet(run, seed)

    def ask(*words: str) -> dict[str, Any]:
        done = run(*words, *options, "--json")
        assert done.code == 0, done.err
        return dict(done.json)

    health = {row["skill_name"]: row for row in ask("health")["data"]}
    said = {name: core(row["comparison"]) for name, row in health.items()}
    assert said
    summary, recommended = ask("summary")["data"][0], ask("recommend", "--all")

    for row in ask("trends", "--limit", "99")["data"]:
        assert core(row["comparison"]) == said[row["skill_name"]]
        assert row["success"]["change"] == said[row["skill_name"]]["words"][0]
        assert row["duration"]["change"] == said[row["skill_name"]]["words"][1]
    for row in [*summary["changed"], *summary["worth_a_look"]]:
        assert core(row["comparison"]) == said[row["skill_name"]]
    for row in recommended["data"]:
        assert core(row["comparison"]) == said[row["skill_name"]]
    for name, row in health.items():
        [detail] = ask("effectiveness", name)["data"]
        assert core(detail["comparison"]) == said[name]
        assert detail["trend"]["change_in_words"] == said[name]["words"][0]
        assert core(ask("compare", name)["totals"]["comparison"]) == said[name]
        [alone] = ask("health", name)["data"]
        assert core(alone["comparison"]) == said[name]
        assert core(ask("trends", name)["data"][0]["comparison"]) == said[name]
        # The finding leads: no band beside it, and what is told in a list is to be done.
        assert (row["status"] in ("needs attention", "worth a look")) == bool(said[name]["level"])
        assert bool(row["attention"]) == (said[name]["level"] == "needs attention")
    attention = {name for name, row in health.items() if row["attention"]}
    assert attention <= {row["skill_name"] for row in recommended["data"]}
    looks = {name for name, row in health.items() if row["status"] == "worth a look"}
    assert looks == {row["skill_name"] for row in summary["worth_a_look"]}
    told = {row["skill_name"] for row in summary["changed"]}
    news = ("worse", "better", "slower", "faster")
    assert told == {name for name, each in said.items() if set(each["words"]) & set(news)}
    entries = [(row["action"], row["skill_name"]) for row in recommended["data"]]
    assert len(entries) == len(set(entries)) == recommended["totals"]["recommendations"]


def test_the_days_that_are_compared_are_a_setting_of_all_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two weeks against four, in every command."""
    run = Program(tmp_path, capsys, monkeypatch)
    fleet(run, 0)
    monkeypatch.setenv("SKILLHOUSE_RECENT_DAYS", "14")
    monkeypatch.setenv("SKILLHOUSE_EARLIER_DAYS", "28")
    day = NOW.date()

    for words in (["health"], ["trends"], ["effectiveness", "one"], ["recommend"]):
        done = run(*words, "--json")
        assert done.code == 0, done.err
        for row in done.json["data"]:
            success = row["comparison"]["success"]
            assert success["current"]["since"] == str(day - timedelta(days=14))
            assert success["previous"]["since"] == str(day - timedelta(days=42))
            assert success["previous"]["until"] == str(day - timedelta(days=15))
    monkeypatch.setenv("SKILLHOUSE_RECENT_DAYS", "0")
    wrong = run("health")
    assert wrong.code == 2
    assert "SKILLHOUSE_RECENT_DAYS: '0' is not a number" in wrong.err
