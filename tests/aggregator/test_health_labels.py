"""What is called low, failing, unused, gone or a regression: how often wrongly, how often found.

Histories are simulated as counts, and the product's own judgement is asked. The figures that
``docs/statistics.md`` states are those of ``SKILLHOUSE_THOROUGH=1``; print them with ``-s``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aggregator.baselines.snapshots import SNAPSHOT_DAYS, Baseline, Kept
from aggregator.calendar import last_days
from aggregator.findings.judge import judge
from aggregator.findings.sample import Cell, Half
from aggregator.health_score import BANDS, Score, rate_of_good
from aggregator.presence import Presence, unused
from aggregator.reports.baseline import gone, judged
from aggregator.spans import Counts
from aggregator.statistics.inactivity import p_value_of_pause
from aggregator.statistics.proportions import EXACT_UP_TO, at_most
from conftest import NOW, THOROUGH
from pauses import pauses_of

HISTORIES = 200 * THOROUGH
LEVEL = 0.05
NAMES = 20
PROJECTS = 6
TODAY = date(2026, 11, 20)
WEEKDAYS = (1.0, 1.15, 1.1, 1.05, 0.75, 0.12, 0.1)
"""How busy each day of the week is: stationary over weeks, and not over days."""


def share(label: str, found: Callable[[random.Random], bool]) -> float:
    """In what part of the seeded histories something was found."""
    hits = sum(found(random.Random(f"{label} {number}")) for number in range(HISTORIES))
    print(f"{label}: {hits} of {HISTORIES} histories")  # noqa: T201 # for docs/statistics.md
    return hits / HISTORIES


def outcomes(dice: random.Random, known: int, rate: float) -> Counts:
    successes = sum(dice.random() < rate for _ in range(known))
    return Counts(successes, known - successes, 0, 0)


# ---------------------------------------------------------------- the statistics themselves


@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.001, 0.999),
)
def test_the_lower_tail_is_that_of_the_binomial_distribution(
    counts: tuple[int, int], rate: float
) -> None:
    """As scipy computes it, for any counts and rate."""
    successes, known = counts

    assert at_most(successes, known, rate) == pytest.approx(
        stats.binom.cdf(successes, known, rate), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("rate", [0.3, 0.6875, 0.95])
@pytest.mark.parametrize("off", [-4, -2, -1, 0])
def test_beyond_the_exact_range_the_tail_stays_near(rate: float, off: int) -> None:
    """Within half a percent of the exact one, just above where it begins."""
    known = EXACT_UP_TO + 1
    successes = round(known * rate + off * (known * rate * (1 - rate)) ** 0.5)

    assert at_most(successes, known, rate) == pytest.approx(
        stats.binom.cdf(successes, known, rate), abs=0.01
    )


def test_the_tail_at_its_ends() -> None:
    """Nothing known, or nothing that could fail or succeed."""
    assert at_most(0, 0, 0.5) == 1.0
    assert at_most(3, 5, 1.0) == 0.0
    assert at_most(5, 5, 1.0) == 1.0
    assert at_most(0, 5, 0.0) == 1.0


@given(st.integers(2, 600), st.data())
def test_a_silence_is_as_likely_as_drawing_none_of_the_quiet_days(
    days_since: int, data: st.DataObject
) -> None:
    """The hypergeometric chance, as scipy computes it."""
    quiet = data.draw(st.integers(1, days_since - 1))
    further = data.draw(st.integers(1, days_since - quiet))

    assert p_value_of_pause(further + 1, days_since, quiet) == pytest.approx(
        stats.hypergeom.pmf(0, days_since, further, quiet), rel=1e-8, abs=1e-300
    )


def test_no_silence_says_nothing() -> None:
    """Used on the last complete day, or on one day only."""
    assert p_value_of_pause(30, 60, 0) == 1.0
    assert p_value_of_pause(1, 400, 399) == 1.0


# ---------------------------------------------------------------- the score


@given(
    st.integers(10, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 12),
)
def test_the_score_is_the_documents_formula(
    whole: tuple[int, int], recent: tuple[int, int], errors: int
) -> None:
    """100 x (0.5 success + 0.3 recent + 0.2 (1 - penalty)); below 10 recent ones, the whole."""
    score = Score(*whole, *recent, errors)

    success = whole[0] / whole[1]
    late = recent[0] / recent[1] if recent[1] >= 10 else success
    plain = 100 * (0.5 * success + 0.3 * late + 0.2 * (1 - min(0.05 * errors, 0.25)))
    assert float(score.points) == pytest.approx(plain, abs=1e-9)
    assert score.value <= plain + 1e-9 < score.value + 1 + 1e-6
    assert 0 <= score.value <= 100


@pytest.mark.parametrize(
    ("successes", "known", "errors", "value", "band"),
    [
        (71, 80, 1, 90, "excellent"),
        (70, 80, 1, 89, "good"),
        (11, 16, 5, 70, "good"),
        (54, 80, 5, 69, "needs work"),
        (35, 80, 9, 50, "needs work"),
        (34, 80, 9, 49, "critical"),
        (40, 40, 0, 100, "excellent"),
        (0, 40, 5, 15, "critical"),
    ],
)
def test_bands_begin_where_the_documents_say(
    successes: int, known: int, errors: int, value: int, band: str
) -> None:
    """Also at their edges, where a float would miss by a hair."""
    score = Score(successes, known, successes, known, errors)

    assert (score.value, score.band) == (value, band)
    assert [least for least, _ in BANDS] == [90, 70, 50]


# ---------------------------------------------------------------- wrongly called so


JUST_GOOD = rate_of_good(5)
"""The rate at which 'good' begins with five error types."""


def found_in(cells: dict[tuple[str, str], dict[str, Cell]], matter: str) -> set[str]:
    """Names with a sure finding of that sort."""
    judged = judge(cells, {}, lambda name: JUST_GOOD)
    return {
        name
        for (_, name), verdict in judged.verdicts.items()
        if any(each.matter == matter for each in verdict.sure)
    }


def half(counts: Counts) -> Half:
    """Uses of as many days, one a day."""
    return Half(counts.successes, counts.failures)


def low(dice: random.Random, rates: list[float], known: int) -> set[str]:
    return found_in(
        {
            ("skill", f"n{number}"): {"p": Cell(before=half(outcomes(dice, known, rate)))}
            for number, rate in enumerate(rates)
        },
        "low",
    )


@pytest.mark.parametrize("known", [12, 60, 400])
def test_names_that_are_just_good_are_not_called_low(known: int) -> None:
    """Twenty names at the very rate where 'good' begins: the hardest case there is."""
    assert pytest.approx(0.6875) == JUST_GOOD

    wrong = share(
        f"low, {known} outcomes", lambda dice: bool(low(dice, [JUST_GOOD] * NAMES, known))
    )

    assert wrong <= LEVEL


def failing(dice: random.Random, rates: Callable[[int, int], float], known: int) -> set[str]:
    """Names called failing in a project, of ``NAMES`` in ``PROJECTS``."""
    return found_in(
        {
            ("skill", f"n{number}"): {
                f"p{project}": Cell(before=half(outcomes(dice, known, rates(number, project))))
                for project in range(PROJECTS)
            }
            for number in range(NAMES)
        },
        "failing",
    )


@pytest.mark.parametrize("known", [12, 40])
def test_names_that_work_alike_everywhere_are_not_called_failing(known: int) -> None:
    """Every project has the name's own rate, some names a middling one."""

    def rates(number: int, _: int) -> float:
        return 0.55 + 0.02 * number

    wrong = share(f"failing, {known} outcomes", lambda dice: bool(failing(dice, rates, known)))

    assert wrong <= LEVEL


@cache
def weighted(days: int, quiet: int) -> list[tuple[date, float]]:
    """The days, each with how busy its weekday is."""
    found = [TODAY - timedelta(days=back) for back in range(days, quiet, -1)]
    return [(day, WEEKDAYS[day.weekday()]) for day in found]


def presence(dice: random.Random, pace: float, days: int, quiet: int) -> Presence | None:
    """Days of use over ``days`` days until yesterday, none in the last ``quiet``."""
    chance = dice.random
    used = [day for day, weight in weighted(days, quiet) if chance() < pace * weight]
    # Uses come in bursts: several a day.
    uses = sum(1 + int(dice.expovariate(0.5)) for _ in used)
    return Presence(used[0], used[-1], len(used), uses) if used else None


def paces(dice: random.Random) -> list[float]:
    """From several days a week to once in two months."""
    return [dice.choice((0.8, 0.3, 0.1, 0.05, 0.03, 0.015)) for _ in range(NAMES)]


def called_unused(
    dice: random.Random, planned: list[tuple[float, int, int]], days: int
) -> set[tuple[str, str]]:
    seen = {}
    for number, plan in enumerate(planned):
        if (found := presence(dice, *plan)) is not None:
            seen["skill", f"n{number}"] = found
    return unused(seen, pauses_of(seen, TODAY, days))


@pytest.mark.parametrize("days", [1, 60])
def test_names_used_now_and_then_are_not_called_unused(days: int) -> None:
    """Whatever their pace, and also where every pause may count."""
    wrong = share(
        f"unused after {days} days",
        lambda dice: bool(called_unused(dice, [(p, 365, 0) for p in paces(dice)], days)),
    )

    assert wrong <= LEVEL


def a_baseline() -> Baseline:
    over = last_days(SNAPSHOT_DAYS, TODAY - timedelta(days=31))
    return Baseline("then", NOW - timedelta(days=30), "UTC", over, ("p",), NAMES, 1000)


def called_gone(
    dice: random.Random, before: list[float], now: list[float], passed: int
) -> set[str]:
    then, later = {}, {}
    for number, (old, new) in enumerate(zip(before, now, strict=True)):
        days = sum(dice.random() < old * WEEKDAYS[day % 7] for day in range(SNAPSHOT_DAYS))
        uses = sum(1 + int(dice.expovariate(0.5)) for _ in range(days))
        then["skill", f"n{number}"] = Kept(Counts(0, 0, 0, uses), (1 << days) - 1)
        if any(dice.random() < new * WEEKDAYS[day % 7] for day in range(passed)):
            later["skill", f"n{number}"] = Counts(0, 0, 0, 1)
    found = gone(a_baseline(), then, later, passed=passed)
    return {name for (_, name), p in found.items() if p <= LEVEL}


@pytest.mark.parametrize("passed", [3, 10, 30])
def test_names_used_now_and_then_are_not_called_gone(passed: int) -> None:
    """Three days, ten, or thirty after the snapshot."""

    def found(dice: random.Random) -> bool:
        steady = paces(dice)
        return bool(called_gone(dice, steady, steady, passed))

    assert share(f"gone, {passed} days", found) <= LEVEL


def called_changed(
    dice: random.Random, rates: list[tuple[float, float]], known: tuple[int, int]
) -> dict[str, str]:
    then, later = {}, {}
    for number, (old, new) in enumerate(rates):
        then["skill", f"n{number}"] = Kept(outcomes(dice, known[0], old), (1 << 60) - 1)
        later["skill", f"n{number}"] = outcomes(dice, known[1], new)
    return {row.skill_name: row.finding for row in judged(a_baseline(), then, later, {}, passed=30)}


@pytest.mark.parametrize("known", [(36, 12), (240, 80)])
def test_steady_names_are_neither_regressions_nor_improvements(known: tuple[int, int]) -> None:
    """Twenty names whose rates stay what they were."""
    steady = [(0.5 + 0.025 * number, 0.5 + 0.025 * number) for number in range(NAMES)]

    def found(dice: random.Random) -> bool:
        return set(called_changed(dice, steady, known).values()) != {"stable"}

    assert share(f"regression or improvement, {known[1]} outcomes", found) <= LEVEL


# ---------------------------------------------------------------- found when it is there


def test_a_name_that_is_low_is_found() -> None:
    """A rate of 40 % over 60 outcomes, among nineteen good names."""
    rates = [0.4, *[0.9] * (NAMES - 1)]

    assert share("power: low", lambda dice: "n0" in low(dice, rates, 60)) >= 0.8


def test_a_name_that_fails_in_one_project_is_found() -> None:
    """40 % of 30 outcomes there, 90 % elsewhere, among nineteen names that work everywhere."""

    def rates(number: int, project: int) -> float:
        return 0.4 if (number, project) == (0, 0) else 0.9

    assert share("power: failing", lambda dice: failing(dice, rates, 30) == {"n0"}) >= 0.85


def test_a_name_that_came_into_disuse_is_found() -> None:
    """Once in five working days for ten months, and nothing in the last sixty days."""

    def found(dice: random.Random) -> bool:
        others = [(pace, 365, 0) for pace in paces(dice)[1:]]
        return called_unused(dice, [(0.28, 365, 60), *others], 60) >= {("skill", "n0")}

    assert share("power: unused", found) >= 0.9


def test_a_name_that_is_gone_is_found() -> None:
    """Once in three working days before the snapshot, and nothing in thirty days after it."""

    def found(dice: random.Random) -> bool:
        steady = paces(dice)[1:]
        return "n0" in called_gone(dice, [0.45, *steady], [0.0, *steady], 30)

    assert share("power: gone", found) >= 0.9


@pytest.mark.parametrize(
    ("change", "finding"), [((0.9, 0.6), "regression"), ((0.6, 0.9), "improvement")]
)
def test_a_change_since_the_snapshot_is_found(change: tuple[float, float], finding: str) -> None:
    """By thirty points, with 60 outcomes now and 180 then, among nineteen steady names."""
    rates = [change, *[(0.9, 0.9)] * (NAMES - 1)]

    def found(dice: random.Random) -> bool:
        return called_changed(dice, rates, (180, 60))["n0"] == finding

    assert share(f"power: {finding}", found) >= 0.9
