"""Weekdays that stand out: numbers as plain Python has them, wrong as often as stated, found."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from scipy import stats

from aggregator import weekdays
from aggregator.answers.trends import trends
from aggregator.changes import LEVEL
from aggregator.weekdays import (
    LEAST_COUNTED,
    LEAST_WEEKS,
    SURELY_CHANCE,
    WEEKS,
    Days,
    Name,
    judged,
    t_of,
    weekday_patterns,
    weekday_span,
)
from cli.commands import trends_screen as screen
from cli.query_options import QueryOptions, resolve
from cli.screen import Line
from conftest import NOW, invocation
from oracle import Row
from session_worlds import asked_of, session_world
from simulated_days import MEANS, WEEKDAYS, count

HISTORIES = 200
FRIDAY = 4


def fleet(
    rng: random.Random, name: int = -1, times: float = 1.0, less: float = 0.0
) -> dict[Name, Days]:
    """26 weeks of nine names with the rhythm of one week, in bursts, and rates that differ by day.

    On Fridays the name at ``name`` has ``times`` as many uses and a success rate ``less`` lower.
    """
    found: dict[Name, Days] = {}
    for place, mean in enumerate(MEANS):
        spread, rate = rng.uniform(1, 4), rng.uniform(0.5, 1)
        days = found["skill", str(place)] = Days([], [], [])
        for weekday, busy in [*enumerate(WEEKDAYS)] * WEEKS:
            planted = place == name and weekday == FRIDAY
            uses = count(rng, mean * busy * (times if planted else 1), spread)
            that_day = min(1.0, max(0.0, rng.gauss(rate - (less if planted else 0), 0.08)))
            known = sum(rng.random() < 0.9 for _ in range(uses))
            days.uses.append(uses)
            days.successes.append(sum(rng.random() < that_day for _ in range(known)))
            days.known.append(known)
    return found


@pytest.mark.slow
def test_a_rhythm_that_all_share_is_no_pattern() -> None:
    """200 fleets with quiet weekends and bursts, in which nothing else depends on the weekday."""
    rng = random.Random(1)
    wrong = sum(bool(judged(fleet(rng))) for _ in range(HISTORIES))

    assert wrong / HISTORIES <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "name", "times", "less"),
    [("uses", 4, 3.0, 0.0), ("success", 6, 1.0, 0.3)],
)
def test_what_depends_on_the_weekday_is_named(
    measure: str, name: int, times: float, less: float
) -> None:
    """Three times the uses of 3 a day, or 30 points less of 15 a day: found in nine of ten."""
    rng = random.Random(2)
    found = [judged(fleet(rng, name, times, less)) for _ in range(40)]
    hits = sum(
        any(p.measure == measure and p.weekday == FRIDAY + 1 for p in each.get(key, []))
        for key in [("skill", str(name))]
        for each in found
    )

    assert hits >= 36


def test_the_mean_is_tested_as_scipy_does() -> None:
    """Student's t of one sample; equal values say nothing, and what is left out is never sure."""
    rng = random.Random(3)
    for size in (2, 5, 26):
        values = [rng.gauss(0.4, 1) for _ in range(size)]
        assert t_of(values) == pytest.approx(stats.ttest_1samp(values, 0).statistic, rel=1e-9)
    assert t_of([2.0, 2.0]) == t_of([1.0]) == 0.0
    assert all(2 * stats.t.sf(SURELY_CHANCE, weeks - 1) > LEVEL for weeks in range(2, WEEKS + 1))


def test_p_values_that_are_not_computed_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fleets with something on Fridays: all of them computed, the same patterns, adjusted alike."""
    fleets = [fleet(random.Random(seed), 6, 2.0, 0.2) for seed in range(3)]
    found = [judged(each) for each in fleets]

    monkeypatch.setattr(weekdays, "SURELY_CHANCE", 0.0)

    assert any(found)
    assert found == [judged(each) for each in fleets]


# ---------------------------------------------------------------- through files


def fridays() -> Iterator[dict[str, object]]:
    """Half a year: ``release`` mostly on Fridays, ``lint`` on every workday, failing on Mondays."""
    rng = random.Random(4)
    for back in range(200):
        at = NOW - timedelta(days=back, hours=2)
        if at.weekday() > FRIDAY:
            continue
        for number in range(rng.choice([2, 3])):
            bad = at.weekday() == 0 and rng.random() < 0.6
            moment = (at + timedelta(minutes=number)).replace(tzinfo=None).isoformat()
            yield invocation("lint", moment, completed=not bad)
        if at.weekday() == FRIDAY or rng.random() < 0.1:
            yield invocation("release", at.replace(tzinfo=None).isoformat())


def test_numbers_are_those_of_the_records(tmp_path: Path) -> None:
    """Shares, rates, counts and weeks, and the tests' p-values, from the files' records."""
    world = session_world(tmp_path, {"app": list(fridays())})
    today = NOW.date()
    span = weekday_span(today)
    assert span.since is not None
    assert span.until is not None
    with world.warehouse.reading() as con:
        found = weekday_patterns(con, asked_of(con, world), today)

    assert (span.since.weekday(), span.until.weekday()) == (0, 6)
    assert span.until < today <= span.until + timedelta(days=7)
    rows = [row for row in world.rows if span.since <= row.invoked_at.date() <= span.until]
    assert {(name, p.measure, p.weekday) for (_, name), ps in found.items() for p in ps} >= {
        ("release", "uses", 5),
        ("lint", "success", 1),
    }
    for (_, name), patterns in found.items():
        own = [row for row in rows if row.name == name]
        for pattern in patterns:
            on_day = [row for row in own if row.invoked_at.isoweekday() == pattern.weekday]
            if pattern.measure == "uses":
                differences, expected = by_week(rows, own, pattern.weekday)
                assert pattern.value == pytest.approx(len(on_day) / len(own))
                assert pattern.otherwise == pytest.approx(expected / len(own))
                assert pattern.counted == len(on_day) >= LEAST_COUNTED
                assert pattern.weeks == len(differences) >= LEAST_WEEKS
                assert pattern.adjusted_p >= stats.ttest_1samp(differences, 0).pvalue
            else:
                others = [row for row in own if row not in on_day]
                for rate, some in ((pattern.value, on_day), (pattern.otherwise, others)):
                    ended = [row.outcome for row in some if row.outcome != "unknown"]
                    assert rate == pytest.approx(ended.count("success") / len(ended))
                assert pattern.counted == len(on_day)


def by_week(rows: list[Row], own: list[Row], weekday: int) -> tuple[list[float], float]:
    """Uses on the weekday minus those expected, in each week with uses; and the expected in all."""
    of_week: defaultdict[date, list[Row]] = defaultdict(list)
    for row in rows:
        of_week[row.invoked_at.date() - timedelta(days=row.invoked_at.weekday())].append(row)
    differences, expected = [], 0.0
    for week in of_week.values():
        mine = [row for row in week if row in own]
        if mine:
            usual = sum(row.invoked_at.isoweekday() == weekday for row in week) / len(week)
            on_day = sum(row.invoked_at.isoweekday() == weekday for row in mine)
            differences.append(on_day - usual * len(mine))
            expected += usual * len(mine)
    return differences, expected


def test_trends_tell_the_weekday(tmp_path: Path) -> None:
    """The list and the page of one skill: the same numbers, in the answer and on the screen."""
    world = session_world(tmp_path, {"app": list(fridays())})
    with world.warehouse.reading() as con:
        query = resolve(con, NOW, QueryOptions())
        every, one = trends(con, query), trends(con, query, name="release")
        found = weekday_patterns(con, query.question, NOW.date())

    by_name = {row.skill_name: row.weekdays for row in every.json.data}
    assert by_name["release"] == one.json.data[0].weekdays
    [pattern] = found["skill", "release"]
    [told] = by_name["release"]
    assert (told.measure, told.weekday, told.value, told.otherwise, told.counted) == (
        *(pattern.measure, pattern.weekday, pattern.value, pattern.otherwise, pattern.counted),
    )
    sentence = f"On Fridays {pattern.value:.0%} of its uses, expected {pattern.otherwise:.0%}"
    for blocks, line in (
        (screen.every(every.data, query, [""] * len(every.data.rows)), f"- release: {sentence}"),
        (screen.one(one.data, one.data.rows[0], query, ""), sentence),
    ):
        assert line in [block.text for block in blocks if isinstance(block, Line)]
