"""Experiments: who is assigned what, what is said of it and when, and how often that is wrong."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean

import numpy as np
import pytest
from scipy import stats

from aggregator.experiments.analysis import (
    LEAST_UNITS,
    UnitUses,
    looks,
)
from aggregator.experiments.experiment import ARMS, arm_of, next_monday
from aggregator.experiments.planning import USUAL, History, of_weeks, sizes
from experiments import experiment, judged, uses_of


def test_an_arm_is_a_function_of_salt_and_unit_in_the_asked_share() -> None:
    """The arm is SHA-256 of salt and unit cut at the share, and two salts are independent."""
    arms = [arm_of("one", str(unit), 0.3) for unit in range(4000)]
    again = [arm_of("two", str(unit), 0.3) for unit in range(4000)]

    number = int(hashlib.sha256(b"one:7").hexdigest(), 16)
    assert arms[7] == ("treatment" if number / 2**256 < 0.3 else "control")
    assert arms == [arm_of("one", str(unit), 0.3) for unit in range(4000)]
    assert abs(arms.count("treatment") / 4000 - 0.3) < 4 * (0.21 / 4000) ** 0.5
    both = Counter(zip(arms, again, strict=True))
    table = [[both[a, b] for b in ("control", "treatment")] for a in ("control", "treatment")]
    assert stats.chi2_contingency(table).pvalue > 1e-4


@pytest.mark.parametrize("day", [date(2026, 11, 23) + timedelta(days=n) for n in range(7)])
def test_it_begins_on_the_next_monday(day: date) -> None:
    """From Monday to Sunday, the next Monday is 30 November."""
    assert next_monday(day) == date(2026, 11, 30)


def test_a_look_adds_up_as_plain_python_does() -> None:
    """Units, uses, adherence, rate, difference and sample ratio are those of a plain count."""
    dice = random.Random(3)
    of = experiment("plain", weeks=4, share=0.4)
    weeks = {
        (f"u{dice.randrange(90)}", week): UnitUses(dice.randrange(3), dice.randrange(3), 0, 0)
        for week in range(6)
        for _ in range(60)
    }
    for key, uses in weeks.items():
        total = uses.uses_of_control + uses.uses_of_treatment
        known = dice.randint(0, total)
        weeks[key] = replace(uses, known=known, successes=dice.randint(0, known))
    [*_, look] = looks(of, weeks, 3)

    assert look.week == 3
    observed: dict[str, list[tuple[int, int]]] = {"control": [], "treatment": []}
    for unit in {name for name, week in weeks if week < 3}:
        mine = [each for (name, week), each in weeks.items() if name == unit and week < 3]
        observed[of.arm(unit)].append(
            (sum(each.successes for each in mine), sum(each.known for each in mine))
        )
    for arm in ARMS:
        found = look.arms[arm]
        used = [each for (unit, week), each in weeks.items() if week < 3 and of.arm(unit) == arm]
        total = sum(each.uses_of_control + each.uses_of_treatment for each in used)
        assert (found.units, found.uses) == (len(observed[arm]), total)
        kept = sum(getattr(each, f"uses_of_{arm}") for each in used)
        assert found.share_as_assigned == kept / total
        s, n = np.array(observed[arm]).T
        assert found.sums.rate == pytest.approx(s.sum() / n.sum())
    counts = [len(observed[arm]) for arm in ("control", "treatment")]
    expected = [sum(counts) * 0.6, sum(counts) * 0.4]
    assert look.sample_ratio_p == pytest.approx(stats.chisquare(counts, expected).pvalue)
    assert look.difference is not None
    control, treatment = (
        sum(s for s, _ in observed[arm]) / sum(n for _, n in observed[arm]) for arm in ARMS
    )
    assert look.difference.value == pytest.approx(treatment - control)


def test_it_is_over_with_the_first_look_that_decides() -> None:
    """Early below 0.001, at the planned week below 0.045; weeks after that change nothing."""
    of = experiment("early", weeks=6)
    weeks = uses_of(of, 11, 80, -0.4)
    found = judged(of, weeks, 6)

    assert (found.state, found.verdict) == ("ended early", "worse")
    assert found.look.week < 6
    later = {key: replace(uses, successes=uses.known) for key, uses in weeks.items()}
    decided = found.look.week
    changed = {key: (weeks if key[1] < decided else later)[key] for key in weeks}
    assert judged(of, changed, 6) == found
    assert judged(of, weeks, decided - 1).verdict == "none yet"


def test_before_the_end_a_small_difference_is_no_verdict() -> None:
    """What is below 0.045 and not below 0.001 is said at the planned week only."""
    for seed in range(50):
        of = experiment(f"{seed}", weeks=3)
        weeks = uses_of(of, seed, 60, -0.06)
        [*_, last] = looks(of, weeks, 3)
        assert last.difference is not None
        if 0.001 < last.difference.p_value < 0.045 and judged(of, weeks, 3).state == "ended":
            break
    assert judged(of, weeks, 3).verdict == "worse"
    longer = replace(of, weeks=4)
    assert judged(longer, weeks, 3).verdict == "none yet"
    assert (
        judged(replace(longer, stopped_at=longer.created_at), weeks, 3).verdict
        == "no clear difference"
    )


def test_with_too_few_units_nothing_is_said() -> None:
    """19 units in an arm are too few, 20 are enough."""
    of = experiment("few", weeks=2)
    few = judged(of, uses_of(of, 5, LEAST_UNITS - 1, -0.5), 2)
    enough = judged(of, uses_of(of, 5, LEAST_UNITS, -0.5), 2)
    assert few.verdict == "not enough data"
    assert enough.verdict == "worse"


def test_the_history_is_what_the_weeks_hold() -> None:
    """Rate, uses, number and likeness of the units come from the uses before."""
    of = experiment("history", weeks=12)
    weeks = uses_of(of, 21, 60, 0.0)
    found = of_weeks(weeks, is_of_sessions=False)
    known = sum(each.known for each in weeks.values())
    assert found.units == 120
    assert found.uses == pytest.approx(known / 120 / 12)
    assert found.rate == pytest.approx(
        sum(each.successes for each in weeks.values()) / known, abs=0.001
    )
    assert fmean([found.correlation]) == pytest.approx(USUAL.correlation, abs=0.05)
    sessions = of_weeks(weeks, is_of_sessions=True)
    assert sessions.uses == pytest.approx(known / 120)
    assert sessions.units == pytest.approx(10)
    assert of_weeks({}, is_of_sessions=True) == USUAL


def test_more_weeks_do_not_replace_units_that_differ() -> None:
    """Three projects never tell 5 points apart; sessions, of which new ones come, do in time."""
    of = experiment(weeks=12)
    few = History(0.8, 5, 0.08, 1.0, units=3)
    assert [each.weeks for each in sizes(few, of)] == [None, None, None]
    by_session = sizes(replace(few, units=100.0), replace(of, unit="session"))
    weeks = [each.weeks for each in by_session]
    assert weeks[1] is not None and weeks[2] is not None
    assert weeks[1] > weeks[2]
