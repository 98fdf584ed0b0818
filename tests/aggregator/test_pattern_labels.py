"""The words of ``patterns``: wrong at most as often as stated, there when something was planted."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from aggregator.outcomes import Outcomes
from aggregator.reports.patterns.bottlenecks import Part, Place, judged
from aggregator.reports.patterns.contrast import Sides, contrasts
from aggregator.reports.patterns.pairs import Met
from aggregator.reports.patterns.pairs import judged as judged_pairs
from aggregator.reports.patterns.rows import LEVEL, Name
from aggregator.reports.patterns.transitions import orders
from aggregator.statistics.stratified import association
from cli.demo.fleet import STORIES
from command_line import Program
from conftest import NOW, invocation
from fleets import at_more_moments, demo_fleet
from session_worlds import Record, session_world

HISTORIES = 200
MOST_WRONG = LEVEL
"""The share of histories in which anything is labelled that is there by chance only."""


# ---------------------------------------------------------------- better or worse than elsewhere


def history_of_sides(dice: random.Random, change: float) -> list[str]:
    """Verdicts of 20 comparisons in 12 strata each; the first differs by ``change``."""
    found = []
    for number in range(20):
        strata = []
        successes = known = elsewhere = known_elsewhere = 0
        for _ in range(12):
            rate = dice.uniform(0.5, 0.9)
            here, there = dice.randrange(2, 30), dice.randrange(2, 90)
            own = rate + change if number == 0 else rate
            good = sum(dice.random() < own for _ in range(here))
            other = sum(dice.random() < rate for _ in range(there))
            strata.append((good, here, good + other, here + there))
            successes, known = successes + good, known + here
            elsewhere, known_elsewhere = elsewhere + other, known_elsewhere + there
        found.append(Sides(successes, known, elsewhere, known_elsewhere, association(strata)))
    return [each.verdict for each in contrasts(found)]


def test_where_nothing_differs_nothing_is_better_or_worse() -> None:
    """200 histories of 20 comparisons: labelled ones are no more than the level."""
    dice = random.Random(1)
    wrong = sum(
        any(verdict in ("better", "worse") for verdict in history_of_sides(dice, 0.0))
        for _ in range(HISTORIES)
    )

    assert wrong / HISTORIES <= MOST_WRONG


def test_a_rate_that_is_25_points_lower_is_worse() -> None:
    """Of about 190 uses among 20 comparisons: found in at least nine of ten histories."""
    dice = random.Random(2)
    found = [history_of_sides(dice, -0.25)[0] for _ in range(100)]

    assert found.count("worse") >= 90
    assert found.count("better") == 0


# ---------------------------------------------------------------- together


def history_of_pairs(
    dice: random.Random, bond: float, sessions: int = 600
) -> tuple[list[str], list[str]]:
    """Verdicts of all pairs of ten names, the first pair first; then those a plain test would give.

    Sessions of three projects with habits of their own, 1 to 20 uses long; with a probability of
    ``bond`` the second name joins a session that the first is in, in place of another use.
    """
    names: list[Name] = [("skill", f"n{i}") for i in range(10)]
    habits = [[dice.uniform(0.3, 3) for _ in names] for _ in range(3)]
    seen: defaultdict[tuple[int, int], list[set[int]]] = defaultdict(list)
    for number in range(sessions):
        project = number % 3
        uses = 1 + min(19, int(dice.expovariate(1 / 5)))
        drawn = dice.choices(range(10), habits[project], k=uses)
        if uses > 1 and 0 in drawn and 1 not in drawn and dice.random() < bond:
            drawn[(drawn.index(0) + 1) % uses] = 1
        seen[project, uses].append(set(drawn))
    having = Counter(name for cases in seen.values() for case in cases for name in case)
    met, plain = [], []
    for a, b in combinations(range(10), 2):
        strata = [
            (
                sum(a in case and b in case for case in cases),
                sum(a in case for case in cases),
                sum(b in case for case in cases),
                len(cases),
            )
            for cases in seen.values()
        ]
        alike = association(strata)
        met.append(Met(names[a], names[b], having[a], having[b], alike))
        mixed = association([(alike.observed, having[a], having[b], sessions)])
        plain.append(Met(names[a], names[b], having[a], having[b], mixed))
    return (
        [each.verdict for each in judged_pairs(met, sessions, len(met))],
        [each.verdict for each in judged_pairs(plain, sessions, len(plain))],
    )


def test_what_is_drawn_by_chance_is_not_together() -> None:
    """200 histories in which long sessions and habits bring names together, and nothing else.

    A test that takes all sessions for alike would call pairs together in nearly each of them.
    """
    dice = random.Random(3)
    wrong = naive = 0
    for _ in range(HISTORIES):
        alike, mixed = history_of_pairs(dice, 0.0, sessions=400)
        wrong += "together" in alike
        naive += "together" in mixed

    assert wrong / HISTORIES <= MOST_WRONG
    assert naive / HISTORIES >= 0.9


def test_names_that_call_for_each_other_are_together() -> None:
    """The second joins 70 % of the first's other sessions: found in nine of ten histories."""
    dice = random.Random(4)
    found = [history_of_pairs(dice, 0.7)[0] for _ in range(60)]

    assert sum(each[0] == "together" for each in found) >= 54


# ---------------------------------------------------------------- what follows


def history_of_steps(dice: random.Random, habit: float, sessions: int = 300) -> dict[str, str]:
    """What is said of steps between eight names that were seen often enough, by ``first>then``.

    Each session draws its uses from three names of its own theme more often than from others, and
    shuffles them. With a probability of ``habit`` what comes after ``a`` is then made to be ``b``.
    """
    names = "abcdefgh"
    seen: list[list[str]] = []
    for _ in range(sessions):
        theme = dice.sample(names, 3)
        uses = dice.choices(theme * 3 + list(names), k=2 + min(28, int(dice.expovariate(1 / 6))))
        if habit:
            for place in range(len(uses) - 1):
                if uses[place] == "a" and dice.random() < habit:
                    uses[place + 1] = "b"
        seen.append(uses)
    steps = Counter(both for uses in seen for both in pairwise(uses) if both[0] != both[1])
    common = [both for both, times in steps.items() if times >= 10]
    found = []
    for first, then in common:
        strata, parts = [], 0
        for uses in seen:
            times = sum(both == (first, then) for both in pairwise(uses))
            parts += times > 0
            strata.append((times, uses.count(first), uses.count(then), len(uses)))
        found.append((association(strata), parts))
    judged_steps = orders(found, len(names))
    return {f"{a}>{b}": o.follows for (a, b), o in zip(common, judged_steps, strict=True)}


def test_what_is_shuffled_follows_nothing_more_than_by_chance() -> None:
    """200 histories of sessions with themes of their own in random order: no habit is named in
    more of them than the level says."""
    dice = random.Random(21)
    wrong = sum(
        "more than chance" in history_of_steps(dice, 0.0).values() for _ in range(HISTORIES)
    )

    assert wrong / HISTORIES <= MOST_WRONG


def test_what_comes_next_by_habit_is_named() -> None:
    """Half of what follows one name is another: named in at least nine of ten histories."""
    dice = random.Random(22)
    found = [history_of_steps(dice, 0.5)["a>b"] for _ in range(60)]

    assert found.count("more than chance") >= 54


def test_a_loop_in_one_session_is_no_habit() -> None:
    """200 steps in one long session: as sure as can be, of that session alone."""
    loop = association([(100, 100, 100, 200)])
    spread = association([(20, 20, 20, 40)] * 5)

    assert [each.follows for each in orders([(loop, 1), (spread, 5)], 4)] == [
        "no more than chance",
        "more than chance",
    ]


# ---------------------------------------------------------------- bottlenecks


def history_of_places(dice: random.Random, change: float) -> dict[str, str]:
    """Verdicts of six paths, on which two skills lose 15 and 25 %; the first with ``change``.

    Which skill a use is of is tossed, so that no path has the worse ones on purpose.
    """
    parts: dict[tuple[Place, str], list[Part]] = {}
    for number in range(6):
        skills = dice.choices("ab", k=dice.randrange(80, 320))
        for skill, rate in (("a", 0.15), ("b", 0.25)):
            own = rate + change if number == 0 else rate
            uses = skills.count(skill)
            lost = sum(dice.random() < own for _ in range(uses))
            counted = Outcomes(uses - lost, lost // 2, lost - lost // 2, 0)
            place: tuple[Place, str] = ("path", f"p{number}")
            parts.setdefault(place, []).append(Part(("skill", skill), counted))
    return {each.at: each.verdict for each in judged(parts, "any")}


def test_where_all_paths_lose_alike_none_is_a_bottleneck() -> None:
    """200 histories of six paths: those with a bottleneck are no more than the level."""
    dice = random.Random(5)
    wrong = sum("bottleneck" in history_of_places(dice, 0.0).values() for _ in range(HISTORIES))

    assert wrong / HISTORIES <= MOST_WRONG


def test_a_path_that_loses_20_points_more_is_a_bottleneck() -> None:
    """Of about 200 uses: found in at least nine of ten histories, and no other path is."""
    dice = random.Random(6)
    found = [history_of_places(dice, 0.2) for _ in range(100)]

    assert sum(each["p0"] == "bottleneck" for each in found) >= 90
    assert sum("bottleneck" in [v for k, v in each.items() if k != "p0"] for each in found) <= 2


# ---------------------------------------------------------------- through files and the program


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def planted(dice: random.Random) -> list[Record]:
    """Sessions of six skills drawn evenly. Planted: path ``long-way`` loses more, ``deploy`` fails
    after ``lint``, ``plan`` brings ``estimate``, and what was offered third fails."""
    names = ["lint", "deploy", "plan", "test", "docs", "review"]
    records: list[Record] = []
    for number in range(500):
        at = NOW - timedelta(days=dice.randrange(1, 80), minutes=dice.randrange(600))
        used = dice.choices(names, k=dice.randrange(2, 6))
        if "plan" in used and dice.random() < 0.7:
            used[(used.index("plan") + 1) % len(used)] = "estimate"
        before = ""
        for skill in used:
            path, rank = dice.choice(["quick", "usual", "long-way"]), dice.randrange(1, 4)
            loss = 0.05
            loss += 0.35 if path == "long-way" else 0
            loss += 0.5 if (before, skill) == ("lint", "deploy") else 0
            loss += 0.2 if rank == 3 else 0
            at += timedelta(seconds=dice.randrange(30, 300))
            records.append(
                invocation(
                    skill,
                    at.replace(tzinfo=None).isoformat(),
                    session_id=f"s-{number}",
                    completed=dice.random() >= loss,
                    workflow_path=path,
                    alternatives_considered=["docs-writer", "test"],
                    selection_rank=rank,
                )
            )
            before = skill
    return records


def test_what_was_planted_is_found_by_name(run: Program) -> None:
    """Each in the first line of its command, through files, and nothing else with it."""
    session_world(run.root, {"app": planted(random.Random(8))})
    said = {
        sub: run("patterns", sub) for sub in ("transitions", "pairs", "bottlenecks", "alternatives")
    }
    answers = {sub: run("patterns", sub, "--json").json for sub in said}

    assert {each.code for each in said.values()} == {0}
    assert said["transitions"].lines[0].startswith("deploy is worse after lint: ")
    assert answers["transitions"]["totals"]["marked"] == 1
    habits = [
        (each["first_name"], each["then_name"], each["usual_next"])
        for each in answers["transitions"]["data"]
        if each["follows"] == "more than chance"
    ]
    assert habits[0] == ("plan", "estimate", True)
    # What follows an estimate has less room before it.
    assert all(first == "estimate" for first, _, _ in habits[1:])
    assert "estimate and plan in " in said["pairs"].lines[0]
    assert answers["pairs"]["totals"]["together"] == 1
    assert said["bottlenecks"].lines[0].startswith("Bottleneck: path long-way: ")
    assert answers["bottlenecks"]["totals"]["bottlenecks"] == 1
    assert said["alternatives"].lines[0].startswith("docs-writer was offered ")
    assert "position 3 is worse" in said["alternatives"].lines[1]


@at_more_moments
def test_the_demo_fleet_alarms_nothing_but_its_stories(
    run: Program, tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """The dormant skill is what is passed over; its outcomes are spread evenly, so no pattern is
    named: neither of the last 90 days nor of all time."""
    run.now = now
    demo_fleet(tmp_path_factory, now, seed).copied_to(run.warehouse, refreshed=False)

    for span in ([], ["--all-time"]):
        answers = {
            sub: run("patterns", sub, *span, "--json").json
            for sub in ("transitions", "pairs", "bottlenecks", "alternatives")
        }
        totals = {sub: answer["totals"] for sub, answer in answers.items()}
        ranks = {each["verdict"] for each in totals["alternatives"]["by_rank"]}
        assert totals["transitions"]["marked"] == 0
        assert totals["transitions"]["more_than_chance"] == 0
        assert totals["pairs"]["together"] == 0
        assert totals["bottlenecks"]["bottlenecks"] == 0
        assert not {"better", "worse"} & ranks
        if not span:
            assert answers["alternatives"]["data"][0]["skill_name"] == STORIES.dormant
