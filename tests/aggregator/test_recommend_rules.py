"""Recommendations are rarely wrong where nothing happened, and found where something did.

The figures stand in docs/statistics.md. Histories are simulated outcomes, each tossed on its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from scipy import stats

from aggregator.changes import recent_and_earlier
from aggregator.contrasts import LEAST_GAP
from aggregator.measures import ProjectLabel
from aggregator.parameters import UNUSED_DAYS
from aggregator.presence import Presence
from aggregator.reports.recommendations.evidence import Evidence, Rates
from aggregator.reports.recommendations.failing import failing_parts
from aggregator.reports.recommendations.recommendation import Rate, Recommendation, effect_first
from aggregator.reports.recommendations.rules import (
    GOOD,
    adoptable,
    all_rules,
    fails_in_projects,
    fails_on_paths,
    works_badly,
    worse,
)
from conftest import THOROUGH
from pauses import pauses_of

HISTORIES = 200 * THOROUGH
TODAY = date(2026, 11, 20)
RECENT, EARLIER = recent_and_earlier(TODAY)
PROJECTS = tuple(ProjectLabel(f"p{n}", f"p{n}", "cli", True) for n in range(6))
NAME = ("skill", "planted")


def tossed(dice: random.Random, rate: float, uses: int) -> Rate:
    return Rate(sum(dice.random() < rate for _ in range(uses)), uses)


def both(recent: Rate, earlier: Rate) -> Rates:
    whole = Rate(recent.successes + earlier.successes, recent.known + earlier.known)
    return Rates(recent, whole)


def evidence(
    outcomes: Mapping[tuple[str, str], Mapping[str, Rates]],
    paths: Mapping[tuple[str, str], Mapping[str, Rate]] | None = None,
    projects: tuple[ProjectLabel, ...] = PROJECTS,
    presences: dict[tuple[str, str], Presence] | None = None,
    targets: frozenset[str] | None = None,
) -> Evidence:
    return Evidence(
        TODAY,
        RECENT,
        EARLIER,
        projects,
        targets or frozenset(p.project_id for p in projects),
        outcomes,
        paths or {},
        presences or {},
        pauses_of(presences or {}, TODAY, UNUSED_DAYS.default),
    )


def fleet(dice: random.Random, names: int = 20) -> Evidence:
    """Names with a rate of their own each, the same in every project, on every path, at all times.

    None is so bad that its rate alone would be a reason.
    """
    outcomes, paths = {}, {}
    for number in range(names):
        rate, uses = dice.uniform(0.75, 0.98), dice.choice((3, 8, 15, 40))
        outcomes["skill", f"s{number}"] = {
            p.project_id: both(tossed(dice, rate, uses), tossed(dice, rate, 3 * uses))
            for p in PROJECTS
        }
        paths["skill", f"s{number}"] = {
            path: tossed(dice, rate, uses * 8) for path in ("", "quick", "full")
        }
    return evidence(outcomes, paths)


def share(judge: Callable[[random.Random], bool], claim: str) -> float:
    """In which part of the seeded histories ``judge`` says yes."""
    return sum(judge(random.Random(f"{claim} {n}")) for n in range(HISTORIES)) / HISTORIES


def with_planted(dice: random.Random, planted: Mapping[str, Rates]) -> Evidence:
    """A fleet in which nothing happens, and one name with outcomes of its own."""
    still = fleet(dice, names=19)
    return evidence({**still.outcomes, NAME: planted}, still.paths)


def named(found: list[Recommendation]) -> bool:
    return any((each.kind, each.skill_name) == NAME for each in found)


# ---------------------------------------------------------------- where nothing happened


def test_a_fleet_in_which_nothing_happens_rarely_has_anything_to_do() -> None:
    """Each rule errs in at most one of twenty fleets of twenty names; a worry in one of ten."""
    reasons = {
        "got worse": 0.05,
        "fails in one project": 0.05,
        "fails in some projects": 0.05,
        "fails on some paths": 0.05,
        "works badly": 0.05,
        "hardly ever works": 0.05,
        "may be getting worse": 0.1,
        "few outcomes, mostly bad": 0.05,
    }
    seen = dict.fromkeys(reasons, 0)
    for number in range(HISTORIES):
        still = fleet(random.Random(f"still {number}"))
        for reason in {each.reason for each in all_rules(still)}:
            seen[reason] += 1

    shares = {reason: count / HISTORIES for reason, count in seen.items()}
    assert {r: s for r, s in shares.items() if s > reasons[r]} == {}


def test_what_is_only_just_good_is_rarely_told_to_be_adopted() -> None:
    """At a true rate of just what is asked for, in at most one case of twenty."""

    def adopts(dice: random.Random) -> bool:
        uses = dice.choice((20, 60, 150))
        peers = {f"p{n}": both(Rate(), tossed(dice, GOOD, uses)) for n in range(3)}
        return bool(adoptable(evidence({NAME: peers})))

    found = share(adopts, "barely good")
    assert found <= 0.05


# ---------------------------------------------------------------- where something did


def test_what_got_worse_is_found() -> None:
    """From 92 % to 65 %, with 60 recent and 180 earlier outcomes among 19 names: in 90 of 100."""

    def finds(dice: random.Random) -> bool:
        planted = {"p0": both(tossed(dice, 0.65, 60), tossed(dice, 0.92, 180))}
        return named(worse(with_planted(dice, planted))[0])

    found = share(finds, "worse")
    assert found >= 0.9


def test_what_fails_in_one_project_is_found_there() -> None:
    """45 % there and 92 % elsewhere, with 40 outcomes in each of six projects: in 90 of 100."""

    def finds(dice: random.Random) -> bool:
        planted = {
            p.project_id: both(tossed(dice, rate, 10), tossed(dice, rate, 30))
            for p in PROJECTS
            for rate in [0.45 if p.project_id == "p3" else 0.92]
        }
        found = fails_in_projects(with_planted(dice, planted))
        return [(r.action, r.project_id) for r in found if named([r])] == [("fix", "p3")]

    found = share(finds, "one project")
    assert found >= 0.9


def test_what_works_on_some_paths_only_is_found() -> None:
    """50 % by one way and 90 % by two others, with 50 outcomes each: in 90 of 100."""

    def finds(dice: random.Random) -> bool:
        still = fleet(dice, names=19)
        planted = {
            path: tossed(dice, rate, 50) for path, rate in (("", 0.9), ("q", 0.9), ("f", 0.5))
        }
        found = fails_on_paths(evidence({}, {**still.paths, NAME: planted}))
        return [each.places for each in found if named([each])] == [("f",)]

    found = share(finds, "paths")
    assert found >= 0.9


def test_what_works_in_like_projects_is_found() -> None:
    """95 % in two projects with 40 outcomes each, for a third of their type: in 90 of 100."""

    def finds(dice: random.Random) -> bool:
        peers = {f"p{n}": both(tossed(dice, 0.95, 10), tossed(dice, 0.95, 30)) for n in range(2)}
        found = adoptable(evidence({NAME: peers}, projects=PROJECTS[:3]))
        return [each.project_id for each in found] == ["p2"]

    found = share(finds, "adopt")
    assert found >= 0.9


# ---------------------------------------------------------------- what each says


def test_what_is_tested_is_what_another_implementation_finds() -> None:
    """The parts that fail are those of scipy's Fisher test, corrected by its Benjamini-Hochberg."""
    dice = random.Random(6)
    for _ in range(40):
        rates = [[dice.choice((0.3, 0.6, 0.9, 0.95)) for _ in range(4)] for _ in range(5)]
        names = {
            ("skill", f"s{i}"): {
                f"part{j}": tossed(dice, rate, dice.choice((6, 20, 50)))
                for j, rate in enumerate(row)
            }
            for i, row in enumerate(rates)
        }

        expected = _by_scipy(names)
        found = {(one.name, part) for one in failing_parts(names.items()) for part, _ in one.parts}

        assert found == expected


def _by_scipy(names: Mapping[tuple[str, str], Mapping[str, Rate]]) -> set[object]:
    places, p_values, gaps = [], [], []
    for name, parts in names.items():
        for part, (good, n) in parts.items():
            others = [rate for other, rate in parts.items() if other != part]
            good_too, n_too = (sum(column) for column in zip(*others, strict=True))
            if min(n, n_too) < 10:
                continue
            gap = good / n - good_too / n_too
            table = [[good, n - good], [good_too, n_too - good_too]]
            near = abs(gap) < LEAST_GAP
            places.append((name, part))
            gaps.append(gap)
            p_values.append(1.0 if near else float(stats.fisher_exact(table).pvalue))
    corrected = stats.false_discovery_control(p_values)
    sure = [
        place
        for place, gap, p in zip(places, gaps, corrected, strict=True)
        if p <= 0.05 and gap < 0
    ]
    found: set[object] = set()
    for name, part in sure:
        rest = [rate for other, rate in names[name].items() if (name, other) not in sure]
        n = sum(rate.known for rate in rest)
        if n >= 10 and sum(rate.successes for rate in rest) / n >= 0.7:
            found.add((name, part))
    return found


def test_several_failing_projects_are_one_thing_to_split() -> None:
    """And asked about one of them, it is to be fixed there."""
    planted = {
        p.project_id: both(Rate(), Rate(10 if p.project_id in ("p1", "p4") else 38, 40))
        for p in PROJECTS
    }

    [split] = fails_in_projects(evidence({NAME: planted}))
    [fix] = fails_in_projects(evidence({NAME: planted}, targets=frozenset(["p4"])))

    assert (split.action, split.places, split.here, split.there) == (
        "split",
        ("p1", "p4"),
        Rate(20, 80),
        Rate(152, 160),
    )
    assert (fix.action, fix.project_id, fix.here) == ("fix", "p4", Rate(10, 40))
    # 80 outcomes in 120 days are 20 a month; of 70 points more of them nothing would fail.
    assert split.effect is not None
    assert split.effect.value == pytest.approx(20 * (0.95 - 0.25))
    assert split.effect.low < split.effect.value < split.effect.high


def test_a_project_that_has_recovered_is_not_told_to_fix_anything() -> None:
    """Its last thirty days are as good as the others'."""
    others = {f"p{n}": both(Rate(10, 10), Rate(28, 30)) for n in (1, 2, 3)}
    outcomes = {**others, "p0": both(Rate(12, 12), Rate(6, 40))}

    assert fails_in_projects(evidence({NAME: outcomes})) == []
    still_bad = {**others, "p0": both(Rate(3, 12), Rate(6, 40))}
    assert [r.action for r in fails_in_projects(evidence({NAME: still_bad}))] == ["fix"]


def test_what_hardly_ever_works_is_to_be_retired_and_what_works_badly_to_be_fixed() -> None:
    """By where all of the interval is; below that nothing is said."""
    outcomes = {
        ("skill", "hopeless"): {"p0": both(Rate(), Rate(1, 60))},
        ("skill", "bad"): {"p0": both(Rate(), Rate(30, 60))},
        ("skill", "so-so"): {"p0": both(Rate(), Rate(45, 60))},
        ("skill", "few"): {"p0": both(Rate(), Rate(0, 9))},
    }

    found = {each.skill_name: each.action for each in works_badly(evidence(outcomes))}
    told = {each.skill_name: each.action for each in all_rules(evidence(outcomes))}

    assert found == {"hopeless": "retire", "bad": "fix"}
    assert told == {**found, "few": "watch"}


def test_adopt_compares_like_with_like() -> None:
    """Not across types, not from one project, not where it failed before, not where it is used."""
    works = both(Rate(), Rate(39, 40))
    types = ("cli", "cli", "cli", "web", "web", None)
    projects = tuple(ProjectLabel(f"p{n}", f"p{n}", t, True) for n, t in enumerate(types))

    def wanting(outcomes: Mapping[str, Rates]) -> list[str | None]:
        return [each.project_id for each in adoptable(evidence({NAME: outcomes}, {}, projects))]

    assert wanting({"p0": works, "p1": works}) == ["p2"]
    assert wanting({"p0": works, "p3": works}) == []
    assert wanting({"p0": works, "p1": works, "p2": both(Rate(), Rate(1, 2))}) == []
    assert wanting({"p0": works, "p1": both(Rate(), Rate(9, 40))}) == []


def test_one_project_in_which_it_fails_for_sure_keeps_others_from_adopting_it() -> None:
    """Even where all of them together are well above what is asked for."""
    good = {f"p{n}": both(Rate(), Rate(390, 400)) for n in range(2)}
    bad = {**good, "p2": both(Rate(), Rate(3, 12))}

    assert [r.project_id for r in adoptable(evidence({NAME: good}, projects=PROJECTS[:4]))] == [
        "p2",
        "p3",
    ]
    assert adoptable(evidence({NAME: bad}, projects=PROJECTS[:4])) == []


def test_what_was_tried_before_is_not_told_to_be_adopted() -> None:
    """However long ago it was used there."""
    works = both(Rate(), Rate(39, 40))
    known = evidence({NAME: {"p0": works, "p1": works}}, projects=PROJECTS[:3])
    tried = Evidence(**{**known.__dict__, "used_ever": frozenset([("p2", *NAME)])})

    assert [each.project_id for each in adoptable(known)] == ["p2"]
    assert adoptable(tried) == []


def test_the_order_is_that_of_what_it_brings() -> None:
    """Failures avoided, then successes gained, then worries, then what only clutters."""
    works = both(Rate(), Rate(95, 100))
    outcomes = {
        ("skill", "small loss"): {"p0": both(Rate(12, 30), Rate(85, 90))},
        ("skill", "large loss"): {"p0": both(Rate(60, 120), Rate(340, 360))},
        ("skill", "wanted"): {"p1": works, "p2": works},
        ("skill", "worry"): {"p0": both(Rate(1, 5), Rate(40, 40))},
    }
    # Of a type of its own but for those it is to learn from.
    projects = tuple(ProjectLabel(f"p{n}", f"p{n}", "web" if n else "cli", True) for n in range(4))
    silent = {("skill", "old"): Presence(date(2025, 1, 1), date(2025, 6, 1), 90, 300)}

    found = sorted(all_rules(evidence(outcomes, {}, projects, silent)), key=effect_first)

    assert [(each.action, each.skill_name) for each in found] == [
        ("fix", "large loss"),
        ("fix", "small loss"),
        ("adopt", "wanted"),
        ("watch", "worry"),
        ("retire", "old"),
    ]
