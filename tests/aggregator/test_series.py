"""Counts of spans, periods in a row and what changed: stored days, rows and plain Python agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from scipy import stats

from aggregator.calendar import Span, bucket
from aggregator.changes import changes, histories, recent_and_earlier
from aggregator.durations import duration_histories
from aggregator.measures import Question
from aggregator.parameters import PeriodGrain
from aggregator.series import Period, periods_until, series
from aggregator.spans import By, Counts, Key, counts_in, total
from cli.query_options import Window
from expected import grouped
from oracle import Row, in_range, measure
from schema.warehouse import Connection
from worlds import STATES, World, generated_world, in_state, question

EXACT = ("total_invocations", "successes", "failures", "abandoned", "unknown")
WAYS = [
    pytest.param("name", [], id="together"),
    pytest.param("project", [], id="each project"),
    pytest.param("name", ["home"], id="one project"),
    pytest.param("name", ["home", "abroad"], id="two projects together"),
    pytest.param("project", ["abroad", "agents"], id="two projects, each"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Days that are cut far from where some of the projects live."""
    return generated_world(tmp_path_factory, "Australia/Sydney")


@pytest.fixture(params=STATES[:2])
def con(request: pytest.FixtureRequest, world: World) -> Iterator[Connection]:
    with in_state(world, request.param) as opened:
        yield opened


def today(world: World) -> date:
    return world.now.astimezone(world.zone).date()


def groups(
    world: World, asked: Question, spans: Sequence[Span], projects: Sequence[str], by: By
) -> dict[Key, list[list[Row]]]:
    """The rows of each key in each span; keys that have none are left out."""
    ids = {project.name: project.project_id for project in asked.scope.projects}
    found: dict[Key, list[list[Row]]] = {}
    for place, span in enumerate(spans):
        rows = world.asked(span.since, span.until, projects)
        keyed = grouped(
            rows, lambda row: (ids[row.project] if by == "project" else "*", row.kind, row.name)
        )
        for key, members in keyed.items():
            found.setdefault(key, [[] for _ in spans])[place] = members
    return found


def assert_counts(found: Counts, rows: list[Row]) -> None:
    wanted = measure(rows)
    durations = [row.duration_ms for row in rows if row.duration_ms is not None]
    assert [getattr(found, name) for name in EXACT] == [getattr(wanted, name) for name in EXACT]
    assert (found.duration_count, found.duration_sum_ms) == (len(durations), sum(durations))
    assert found.success_rate == wanted.success_rate


@pytest.mark.parametrize(("by", "projects"), WAYS)
def test_counts_of_several_spans_are_the_oracles(
    world: World, con: Connection, by: By, projects: list[str]
) -> None:
    """Spans that overlap, one that is empty, and those that a change is judged by."""
    day = today(world)
    spans = [
        *recent_and_earlier(day),
        Span(day - timedelta(days=400), day),
        Span(date(2020, 1, 1), date(2020, 1, 2)),
        bucket("weekly", day),
    ]
    asked = question(con, world, Window(), tuple(projects))
    wanted = groups(world, asked, spans, projects, by)

    found = counts_in(con, asked, spans, by=by)

    assert found.keys() == wanted.keys() != set()
    for key, each in found.items():
        for counts, rows in zip(each, wanted[key], strict=True):
            assert_counts(counts, rows)


def test_counts_of_one_name_are_those_among_all(world: World, con: Connection) -> None:
    """And of one kind."""
    asked = question(con, world, Window(), kind="skill")
    spans = recent_and_earlier(today(world))

    every = counts_in(con, asked, spans)
    one = counts_in(con, asked, spans, name="release")

    assert one == {key: each for key, each in every.items() if key[2] == "release"}
    assert {kind for _, kind, _ in every} == {"skill"}
    assert len(one) == 1


@pytest.mark.parametrize("grain", get_args(PeriodGrain))
@pytest.mark.parametrize(("by", "projects"), WAYS)
def test_periods_in_a_row_are_the_oracles(
    world: World, con: Connection, grain: PeriodGrain, by: By, projects: list[str]
) -> None:
    """Over the turn of a year with 53 weeks, the open period last; percentiles included."""
    spans = periods_until(grain, 20, today(world))
    asked = question(con, world, Window(), tuple(projects))
    wanted = groups(world, asked, spans, projects, by)

    found = series(con, asked, spans, by=by)

    assert found.keys() == wanted.keys() != set()
    for key, each in found.items():
        for period, rows in zip(each, wanted[key], strict=True):
            assert_counts(period, rows)
            told = measure(rows)
            for name in ("p50_duration_ms", "p95_duration_ms"):
                ours, theirs = getattr(period, name), getattr(told, name)
                assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-12))


@pytest.mark.parametrize("grain", get_args(PeriodGrain))
def test_periods_follow_each_other_and_end_with_the_open_one(grain: PeriodGrain) -> None:
    """No day between them is left out, and only the last has today."""
    day = date(2027, 1, 1)
    spans = periods_until(grain, 60, day)

    assert len(spans) == 61
    for before, after in pairwise(spans):
        assert before.until is not None and after.since == before.until + timedelta(days=1)
    assert spans[-1] == bucket(grain, day)
    assert all(span.until is not None and span.until < day for span in spans[:-1])


def test_one_name_s_periods_are_those_among_all(world: World, con: Connection) -> None:
    """For a screen about one name."""
    spans = periods_until("weekly", 12, today(world))
    asked = question(con, world, Window())

    every = series(con, asked, spans)
    one = series(con, asked, spans, name="code-review")

    assert one == {key: each for key, each in every.items() if key[2] == "code-review"}


def test_periods_added_up_are_the_rows_of_all_of_them(world: World, con: Connection) -> None:
    """Sums only; percentiles do not add up and are not there."""
    spans = periods_until("monthly", 6, today(world))
    asked = question(con, world, Window())

    for key, each in series(con, asked, spans).items():
        rows = in_range(world.rows, spans[0].since, spans[-1].until, world.zone)
        assert_counts(total(each), [row for row in rows if (row.kind, row.name) == key[1:]])


# ---------------------------------------------------------------- what is said of them


def counted(successes: int, known: int) -> Counts:
    return Counts(successes, known - successes, 0, 3)


def key(name: str) -> Key:
    return "*", "skill", name


def test_a_change_is_judged_among_all_that_are_compared() -> None:
    """By Fisher and Benjamini-Hochberg as scipy has them; too few outcomes are no comparison."""
    pairs = {
        "much worse": ((20, 40), (85, 90)),
        "a little worse": ((30, 40), (80, 90)),
        "better": ((39, 40), (60, 90)),
        "sure but small": ((4700, 5000), (4850, 5000)),
        "the same": ((36, 40), (81, 90)),
        "too few": ((0, 9), (90, 90)),
        "too few before": ((40, 40), (0, 9)),
        "none": ((0, 0), (0, 0)),
    }
    compared = [name for name in pairs if not name.startswith(("too few", "none"))]
    tables = [[[x, n - x] for x, n in pairs[name]] for name in compared]
    p_values = [
        stats.fisher_exact(table).pvalue
        if sum(map(sum, table)) <= 5000
        else stats.chi2_contingency(table, correction=False).pvalue
        for table in tables
    ]
    corrected = dict(zip(compared, stats.false_discovery_control(p_values), strict=True))

    found = changes((key(n), counted(*now), counted(*then)) for n, (now, then) in pairs.items())

    verdicts = {name: found[key(name)].verdict for name in pairs}
    assert verdicts == {
        "much worse": "degrading",
        "a little worse": "stable",
        "better": "improving",
        "sure but small": "stable",
        "the same": "stable",
        "too few": "insufficient data",
        "too few before": "insufficient data",
        "none": "insufficient data",
    }
    for name in compared:
        assert found[key(name)].adjusted_p == pytest.approx(corrected[name], rel=1e-6)
    assert found[key("sure but small")].adjusted_p < 0.05


def test_the_last_thirty_days_are_compared_with_the_ninety_before() -> None:
    """Today is open and in neither."""
    recent, earlier = recent_and_earlier(date(2026, 11, 20))

    assert (recent.since, recent.until) == (date(2026, 10, 21), date(2026, 11, 19))
    assert (earlier.since, earlier.until) == (date(2026, 7, 23), date(2026, 10, 20))


def test_a_slide_that_no_two_periods_show_is_found_over_all() -> None:
    """A point and a half a week for twelve weeks."""
    slide = [counted(round(60 * (0.95 - 0.015 * week)), 60) for week in range(12)]

    found = histories({key("slide"): slide})[key("slide")]

    assert found.last.verdict == "stable"
    assert found.whole.verdict == found.verdict == "degrading"
    assert found.whole.change == pytest.approx(-0.165, abs=0.02)
    assert found.whole.before.known == found.whole.now.known == 360


def test_a_break_in_the_last_period_is_the_news() -> None:
    """Even where the course over all of them rises."""
    rising = [counted(20 + 2 * week, 40) for week in range(10)]

    found = histories({key("a"): [*rising, counted(12, 40)]})[key("a")]

    assert found.last.verdict == found.verdict == "degrading"


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        ([0, 0, 0, 0, 0, 40], "insufficient data"),
        ([0, 5, 5, 9, 4, 40], "stable"),
        ([3, 3, 3, 40, 0, 0], "insufficient data"),
        ([30, 0, 0, 0, 0, 30], "insufficient data"),
        ([30, 0, 0, 0, 30, 30], "stable"),
    ],
    ids=["one period", "both halves", "too few early", "two periods", "last two"],
)
def test_too_few_known_outcomes_are_no_history(known: list[int], verdict: str) -> None:
    """Each half needs ten, in at least three periods; or the last two need ten each."""
    periods = [counted(round(n * 0.8), n) for n in known]

    assert histories({key("a"): periods})[key("a")].verdict == verdict


# ---------------------------------------------------------------- durations


def test_durations_are_ranked_as_scipy_ranks_the_rows(world: World, con: Connection) -> None:
    """Both ways, of every name that is looked up, while marks wait and from stored medians."""
    spans = periods_until("monthly", 4, today(world))[:-1]
    asked = question(con, world, Window())
    periods = series(con, asked, spans)
    rows = groups(world, asked, spans, [], "name")

    told: list[int] = []
    found = duration_histories(con, asked, spans, periods, told.append)

    looked_up, wanted_p, wanted_reads = 0, [], 0
    for k, each in found.items():
        sides = {
            "last": (durations(rows[k][3:]), durations(rows[k][2:3])),
            "halves": (durations(rows[k][2:]), durations(rows[k][:2])),
        }
        for way, (now, before) in sides.items():
            slowing = getattr(each, way)
            assert (slowing.count, slowing.count_before) == (len(now), len(before))
            if min(len(now), len(before)) >= 10 and slowing.ratio is not None:
                wanted_p.append((slowing.p_value, slowing.adjusted_p))
            if slowing.p_value is None:
                continue
            looked_up += 1
            wanted_reads += len(now) + len(before)
            test = stats.mannwhitneyu(now, before, use_continuity=True, method="asymptotic")
            assert slowing.p_value == pytest.approx(test.pvalue, rel=1e-9)
            assert slowing.superiority == pytest.approx(test.statistic / len(now) / len(before))
    corrected = stats.false_discovery_control([1.0 if p is None else p for p, _ in wanted_p])
    for (p, adjusted), theirs in zip(wanted_p, corrected, strict=True):
        assert p is None or adjusted == pytest.approx(theirs, rel=1e-9)
    assert told == ([wanted_reads] if looked_up else [])
    assert looked_up


def durations(rows: Sequence[list[Row]]) -> list[float]:
    return [float(row.duration_ms) for each in rows for row in each if row.duration_ms is not None]


def test_a_period_that_took_no_time_has_no_ratio(world: World, con: Connection) -> None:
    """Medians of zero cannot be compared by their ratio, and nothing is said."""
    spans = periods_until("monthly", 2, today(world))[:-1]
    asked = question(con, world, Window())
    nothing = Period(20, 0, 0, 0, duration_count=20, p50_duration_ms=0.0)
    long = Period(20, 0, 0, 0, duration_count=20, p50_duration_ms=5.0)

    found = duration_histories(con, asked, spans, {key("a"): [nothing, long]})

    assert found[key("a")].last.ratio is None
    assert found[key("a")].verdict == "insufficient data"


def test_medians_that_are_close_are_steady_however_sure(world: World, con: Connection) -> None:
    """No row is read for them; a fifth more is far enough to look."""
    spans = periods_until("monthly", 2, today(world))[:-1]
    asked = question(con, world, Window())
    told: list[int] = []

    def period(median: float) -> Period:
        return Period(10**6, 0, 0, 0, duration_count=10**6, p50_duration_ms=median)

    close = duration_histories(
        con, asked, spans, {key("a"): [period(1000), period(1190)]}, told.append
    )
    assert close[key("a")].verdict == "steady"
    assert close[key("a")].last.p_value is None
    assert told == []

    duration_histories(con, asked, spans, {key("a"): [period(1000), period(1200)]}, told.append)
    assert told == [4 * 10**6]
