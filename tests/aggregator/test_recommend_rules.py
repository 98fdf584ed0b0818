"""What the findings call for: which action, with which numbers, in which order, and what is silent.

How often recommendations are wrong where nothing happens is measured in ``test_findings.py``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import pytest

from aggregator.changes import recent_and_earlier
from aggregator.findings.find import Findings
from aggregator.findings.judge import judge
from aggregator.findings.renames import Rename, candidates, confirmed
from aggregator.findings.sample import Cell, Half
from aggregator.measures import ProjectLabel
from aggregator.presence import Name, Pause, Presence
from aggregator.reports.recommendations.adopt import worth_adopting
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.recommendation import Rate, effect_first
from aggregator.reports.recommendations.rules import all_rules
from conftest import THOROUGH

TODAY = date(2026, 11, 20)
RECENT, EARLIER = recent_and_earlier(TODAY)
PROJECTS = tuple(ProjectLabel(f"p{n}", f"p{n}", "cli", True) for n in range(6))
NAME = ("skill", "planted")

Counts = tuple[tuple[int, int], tuple[int, int]]
"""(Successes, known) now and before."""


def evidence(
    outcomes: Mapping[Name, Mapping[str, Counts]],
    paths: Mapping[Name, Mapping[str, Rate]] | None = None,
    presences: dict[Name, Presence] | None = None,
    renames: tuple[Rename, ...] = (),
    asked: frozenset[str] | None = None,
) -> Evidence:
    everywhere = {
        name: {
            project: Cell(*(Half(good, known - good) for good, known in sides))
            for project, sides in by_project.items()
        }
        for name, by_project in outcomes.items()
    }
    asked = asked or frozenset(p.project_id for p in PROJECTS)
    cells = {
        name: {project: cell for project, cell in by_project.items() if project in asked}
        for name, by_project in everywhere.items()
    }
    types = {p.project_id: p.project_type for p in PROJECTS}
    judged = judge(cells, types, lambda name: 0.65, everywhere)
    found = Findings(TODAY, RECENT, EARLIER, judged.verdicts, judged.compared, 0.0, types)
    pauses = {
        name: Pause(each.days_ago(TODAY), ((each.days_used, 500, 160),))
        for name, each in (presences or {}).items()
    }
    return Evidence(
        TODAY,
        RECENT,
        EARLIER,
        PROJECTS,
        asked,
        found,
        tuple(judged.verdicts.values()),
        paths or {},
        presences or {},
        pauses,
        renames,
    )


def steady(rate: float, now: int = 10, before: int = 30) -> Counts:
    return (round(rate * now), now), (round(rate * before), before)


def test_several_failing_projects_are_one_thing_to_split() -> None:
    """And asked about one of them, it is to be fixed there, compared with all others."""
    outcomes = {NAME: {f"p{n}": steady(0.2 if n in (1, 4) else 0.95, 20, 60) for n in range(6)}}

    [split] = all_rules(evidence(outcomes))
    [fix] = all_rules(evidence(outcomes, asked=frozenset(["p4"])))

    assert (split.action, split.places) == ("split", ("p1", "p4"))
    assert (split.here, split.there) == (Rate(32, 160), Rate(304, 320))
    assert (fix.action, fix.project_id, fix.here) == ("fix", "p4", Rate(16, 80))
    # 160 outcomes in 120 days are 40 a month; of 75 points more of them nothing would fail.
    assert split.effect is not None
    assert split.effect.value == pytest.approx(40 * 0.75)
    assert split.effect.low < split.effect.value < split.effect.high


def test_a_project_that_has_recovered_is_not_told_to_fix_anything() -> None:
    """Its last thirty days are as good as the others'."""
    others = {f"p{n}": ((10, 10), (28, 30)) for n in (1, 2, 3)}
    recovered = {**others, "p0": ((12, 12), (2, 40))}
    still_bad = {**others, "p0": ((3, 12), (2, 40))}

    def failing(outcomes: Mapping[str, Counts]) -> list[str | None]:
        found = all_rules(evidence({NAME: outcomes}))
        return [each.project_id for each in found if each.reason == "fails in one project"]

    assert failing(recovered) == []
    assert failing(still_bad) == ["p0"]


def test_what_hardly_ever_works_is_to_be_retired_and_what_works_badly_to_be_fixed() -> None:
    """By where all of the interval is; of few outcomes only that they are bad."""
    outcomes: dict[Name, dict[str, Counts]] = {
        ("skill", "hopeless"): {"p0": ((0, 15), (1, 45))},
        ("skill", "bad"): {"p0": ((6, 15), (18, 45))},
        ("skill", "so-so"): {"p0": ((11, 15), (34, 45))},
        ("skill", "few"): {"p0": ((0, 3), (0, 6))},
    }

    found = {each.skill_name: each.action for each in all_rules(evidence(outcomes))}

    assert found == {"hopeless": "retire", "bad": "fix", "few": "watch"}


def test_one_entry_an_action_and_skill() -> None:
    """What got worse, and fails in a project besides, is one thing to fix with both."""
    outcomes = {
        NAME: {f"p{n}": ((10, 20), (57, 60)) for n in range(5)} | {"p5": ((1, 20), (6, 60))}
    }

    found = all_rules(evidence(outcomes))

    assert [(each.action, each.reason) for each in found] == [("fix", "got worse")]
    assert [each.matter for each in found[0].also] == ["failing"]


def test_what_is_explained_once_is_not_told_again_as_a_matter_of_paths() -> None:
    """A skill that got worse is not also one that depends on the path."""
    paths = {NAME: {"q": Rate(20, 60), "f": Rate(95, 100)}}

    alone = all_rules(evidence({}, paths))
    both = all_rules(evidence({NAME: {"p0": ((10, 40), (114, 120))}}, paths))

    assert [each.reason for each in alone] == ["fails on some paths"]
    assert [each.reason for each in both] == ["got worse"]


def test_what_works_on_some_paths_only_is_found() -> None:
    """50 % by one way and 90 % by two others, with 50 outcomes each: in 90 of 100."""
    seeds, found = 100 * THOROUGH, 0
    for seed in range(seeds):
        dice = random.Random(f"paths {seed}")
        rates = {
            path: Rate(sum(dice.random() < rate for _ in range(50)), 50)
            for path, rate in (("", 0.9), ("q", 0.9), ("f", 0.5))
        }
        found += [each.places for each in all_rules(evidence({}, {NAME: rates}))] == [("f",)]
    assert found >= 0.9 * seeds


def test_the_order_is_that_of_what_it_brings() -> None:
    """Failures avoided, then worries, then what only clutters."""
    outcomes: dict[Name, dict[str, Counts]] = {
        ("skill", "small loss"): {"p0": ((12, 30), (85, 90))},
        ("skill", "large loss"): {"p0": ((60, 120), (340, 360))},
        ("skill", "worry"): {"p0": ((0, 4), (0, 5))},
    }
    silent = {("skill", "old"): Presence(date(2025, 1, 1), date(2026, 6, 1), 90, 300)}

    found = sorted(all_rules(evidence(outcomes, {}, silent)), key=effect_first)

    assert [(each.action, each.skill_name) for each in found] == [
        ("fix", "large loss"),
        ("fix", "small loss"),
        ("watch", "worry"),
        ("retire", "old"),
    ]


# ---------------------------------------------------------------- adopt


TYPE_OF = {f"p{n}": "cli" for n in range(6)} | {"w": "web"}
LINT: Name = ("skill", "lint")
OTHER: Name = ("skill", "other")


def adopting(used: dict[tuple[str, str], dict[Name, Rate]]) -> list[tuple[str, str | None]]:
    found = worth_adopting(used, TYPE_OF, TYPE_OF, 120)
    return [(each.skill_name, each.project_id) for each in found]


def test_adopt_asks_for_something_that_does_better_here() -> None:
    """Widely used by projects alike, and better than what is used here on the same path."""
    better = {("p0", "fix"): {OTHER: Rate(20, 40)}} | {
        (f"p{n}", "fix"): {LINT: Rate(38, 40)} for n in range(1, 5)
    }

    assert adopting(better) == [("lint", "p0")]
    as_good = {**better, ("p0", "fix"): {OTHER: Rate(37, 40)}}
    known_here = {**better, ("p0", "else"): {LINT: Rate(1, 2)}}
    other_path = {(p, "fix" if p == "p0" else "else"): each for (p, _), each in better.items()}
    by_few = {key: each for key, each in better.items() if key[0] in ("p0", "p1", "p2")}
    other_type = {("w" if p == "p0" else p, path): each for (p, path), each in better.items()}
    for nothing in (as_good, known_here, other_path, by_few, other_type):
        assert adopting(nothing) == []


def test_where_nothing_happens_nothing_is_to_be_adopted() -> None:
    """Thirty skills with rates of their own, each in some projects: in 95 of 100 fleets."""
    seeds, wrong = 40 * THOROUGH, 0
    for seed in range(seeds):
        dice = random.Random(f"adopt {seed}")
        used: dict[tuple[str, str], dict[Name, Rate]] = {}
        for number in range(30):
            for project in (f"p{n}" for n in range(6)):
                if dice.random() < 0.6:
                    known = dice.choice((5, 20, 40))
                    good = sum(dice.random() < 0.9 for _ in range(known))
                    used.setdefault((project, "fix"), {})["skill", f"s{number}"] = Rate(good, known)
        wrong += bool(adopting(used))
    assert wrong <= max(1, 0.05 * seeds)


# ---------------------------------------------------------------- another name


def used(first: int, last: int, days: int = 30) -> Presence:
    """From so many days ago to so many days ago."""
    at = TODAY.toordinal()
    return Presence(date.fromordinal(at - first), date.fromordinal(at - last), days, 4 * days)


def span(first: int, last: int) -> tuple[date, date]:
    at = TODAY.toordinal()
    return date.fromordinal(at - first), date.fromordinal(at - last)


def test_one_name_that_ends_where_another_begins_was_renamed() -> None:
    """In the same projects and at the same time; not where it is another time or other projects."""
    seen = {("skill", "old"): used(200, 40), ("skill", "new"): used(39, 1)}
    old = {f"p{n}": span(200, 40 + n) for n in range(4)}
    new = {f"p{n}": span(39 + n, 1) for n in range(4)}

    def named(new: dict[str, tuple[date, date]]) -> list[tuple[str, str, tuple[str, ...]]]:
        days = {("skill", "old"): old, ("skill", "new"): new}
        return [(e.old, e.new, e.projects) for e in confirmed(candidates(seen, TODAY), days)]

    assert named(new) == [("old", "new", ("p0", "p1", "p2", "p3"))]
    assert named({f"q{n}": span(39, 1) for n in range(4)}) == []
    assert named({"p0": span(39, 1)}) == []
    assert named({f"p{n}": span(100, 1) for n in range(4)}) == []


def test_what_still_may_come_back_was_not_renamed() -> None:
    """A pause that the old name's pace explains, however well another begins in it."""
    seen = {("skill", "old"): used(200, 6, days=8), ("skill", "new"): used(5, 1, days=4)}

    assert candidates(seen, TODAY) == []


def test_a_rename_is_no_retirement() -> None:
    """The old name is told as renamed and nothing else."""
    silent = {("skill", "old"): used(500, 160, 90)}
    rename = Rename("skill", "old", "new", TODAY, ("p0",))

    assert [each.reason for each in all_rules(evidence({}, {}, silent))] == ["unused"]
    assert all_rules(evidence({}, {}, silent, (rename,))) == []
