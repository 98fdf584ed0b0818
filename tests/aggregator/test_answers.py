"""Every number of every question is the oracle's, before a refresh, after it and after a rebuild.

The oracle reads the same files with no database, no rollups and no SQL.

Every window is asked about in every zone. What else makes a question (projects, kind, name, order)
has nothing to do with the zone, so those take turns: each of them meets each window in some of the
zones, before a refresh or after it, and in all of them and both with SKILLHOUSE_THOROUGH.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from aggregator.measures import Question
from aggregator.parameters import Kind, Sort
from aggregator.reports.compare import compare
from aggregator.reports.effectiveness import Effectiveness, effectiveness
from aggregator.reports.summary import summary
from aggregator.reports.top_skills import TopSkills, top_skills
from cli.query_options import Window
from conftest import THOROUGH
from expected import (
    SORTS,
    as_oracle,
    by_group,
    change,
    grouped,
    known,
    most_frequent,
    paths,
    ranking,
    same,
)
from observed import open_day
from oracle import Grain, Row, bucket_start, measure
from schema.warehouse import Connection
from worlds import STATES, ZONES, World, generated_world, in_state, question, sample_world

MAKERS = {"samples": sample_world, "generated": generated_world}
LIVES_IN = {"samples": ZONES[:2], "generated": ZONES}
"""The samples' local times fall on the same days wherever they are said to be from, so that one
zone besides UTC shows all that others would."""

QUICK = (("samples", "UTC"), ("generated", "Asia/Kathmandu"))
"""What the fast run asks: real files, and a zone that is parts of an hour away."""

KINDS: tuple[Kind, ...] = ("all", "skill", "agent")
GRAINS: tuple[Grain, ...] = ("daily", "weekly", "monthly")


@dataclass
class Place:
    """A world in a zone, and what `effectiveness` said of it: two tests look at every answer."""

    world: World
    turn: int
    zones: int
    said: dict[tuple[Connection, Window, str, Kind], Effectiveness | None]
    state: int = 0
    """The state it is asked in, as its number."""

    def asks(self, *numbers: int, zones: int) -> bool:
        """Whether it is the turn of this zone and state to ask the question so numbered.

        ``zones`` of all ask it; a world that is in fewer of them is asked in as large a part.
        """
        if THOROUGH > 1:
            return True
        part = -(-zones * self.zones // len(ZONES))
        around, turn = divmod(self.turn + sum(numbers), self.zones)
        return turn < part and (around + self.state) % 2 == 0


def places(*worlds: str) -> list[Any]:
    """Each world in each zone; the tests of one are done by one process, which makes it once."""
    return [
        pytest.param((name, zone), id=f"{name}-{zone}", marks=_marks(name, zone))
        for name in worlds
        for zone in LIVES_IN[name]
    ]


def _marks(name: str, zone: str) -> list[pytest.MarkDecorator]:
    group = pytest.mark.xdist_group(name + zone)
    return [group] if (name, zone) in QUICK else [group, pytest.mark.slow]


@pytest.fixture(scope="module", params=places(*MAKERS))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    name, zone = request.param
    world = MAKERS[name](tmp_path_factory, zone)
    zones = LIVES_IN[name]
    return Place(world, zones.index(zone), len(zones), {})


@pytest.fixture
def world(place: Place) -> World:
    return place.world


@pytest.fixture(scope="module", params=STATES[:2])
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def con(place: Place, state: str) -> Iterator[Connection]:
    place.state = STATES.index(state)
    with in_state(place.world, state) as opened:
        yield opened


# ---------------------------------------------------------------- what is asked


def period(start: date, grain: Grain) -> str:
    """The bucket as ``--period`` names it."""
    if grain == "daily":
        return start.isoformat()
    if grain == "monthly":
        return f"{start:%Y-%m}"
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02d}"


def last_day(start: date, grain: Grain) -> date:
    if grain == "daily":
        return start
    if grain == "weekly":
        return start + timedelta(days=6)
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def buckets(world: World, grain: Grain) -> list[date]:
    """The first days of all buckets that hold data."""
    return sorted({bucket_start(row.invoked_at, grain, world.zone) for row in world.rows})


def is_odd(world: World, start: date, grain: Grain) -> bool:
    """Whether a bucket is longer or shorter than others by the clock, or begins or ends a year."""
    end = last_day(start, grain) + timedelta(days=1)
    first, after = (datetime.combine(day, time(), world.zone) for day in (start, end))
    at_turn = start.year != end.year or (start.month, start.day) == (1, 1)
    return at_turn or first.utcoffset() != after.utcoffset()


def today(world: World) -> date:
    return world.now.astimezone(world.zone).date()


def spans(world: World) -> list[tuple[Window, date | None, date | None]]:
    """Windows of every kind, each with the days it means."""
    day = today(world)
    found: list[tuple[Window, date | None, date | None]] = [(Window(), None, None)]
    for grain in GRAINS:
        start = bucket_start(world.now, grain, world.zone)
        found.append((Window(window=grain), start, last_day(start, grain)))
    for days in (1, 7, 30, 90, 400):
        found.append((Window(days=days), day - timedelta(days=days - 1), day))
    for since, until in (
        ("2026-03-07", "2026-03-09"),
        ("2026-03-08", "2026-11-01"),
        ("2026-04-05", "2026-10-04"),
        ("2026-08-03", "2026-08-03"),
        ("2026-08-03", "2026-08-09"),
        ("2026-09-01", "2026-09-30"),
        ("2026-12-28", "2027-01-03"),
        ("2026-10-01", None),
        (None, "2026-05-31"),
        ("1999-01-01", "1999-12-31"),
    ):
        window = Window(since=since, until=until)
        first = None if since is None else date.fromisoformat(since)
        found.append((window, first, None if until is None else date.fromisoformat(until)))
    return found


def subsets(world: World) -> list[tuple[str, ...]]:
    """Nothing named, each project, and a few together."""
    names = sorted(world.types)
    return [(), (names[0],), (names[-1],), tuple(names[::2])]


def assert_ranking(
    found: TopSkills, rows: list[Row], sort: str = "uses", min_uses: int = 1, limit: int = 20
) -> None:
    wanted = ranking(rows, sort, min_uses, limit)
    assert [(r.rank, r.measures.kind, r.measures.skill_name) for r in found.rows] == [
        (r.rank, r.kind, r.name) for r in wanted
    ]
    for ours, theirs in zip(found.rows, wanted, strict=True):
        assert ours.share == theirs.share
        assert same(as_oracle(ours.measures), theirs.measures)
    assert found.total_invocations == len(rows)
    assert found.skills == len({(row.kind, row.name) for row in rows})
    assert found.projects == len({row.project for row in rows})


# ---------------------------------------------------------------- top-skills


@pytest.mark.parametrize("grain", GRAINS)
def test_top_skills_is_right_for_every_bucket_that_holds_data(
    place: Place, world: World, state: str, con: Connection, grain: Grain
) -> None:
    """``top-skills --period`` for each day, ISO week and month; for ordinary ones in some zone.

    Before a refresh nothing is in buckets yet, and ordinary ones are ranges of days like others.
    """
    by_bucket = grouped(world.rows, lambda row: bucket_start(row.invoked_at, grain, world.zone))

    for number, start in enumerate(buckets(world, grain)):
        ordinary = state == "refreshed" and place.asks(number, zones=1)
        if grain == "monthly" or is_odd(world, start, grain) or ordinary:
            asked = question(con, world, Window(period=period(start, grain)))
            assert_ranking(top_skills(con, asked), by_bucket[start])


def test_top_skills_is_right_for_every_span_project_and_kind(
    place: Place, world: World, con: Connection
) -> None:
    """Windows, ranges and ``--days``, over all projects and over some, all kinds and one."""
    everything, *kinds = [((), kind) for kind in KINDS]
    parts = [*kinds, *((projects, KINDS[0]) for projects in subsets(world)[1:])]
    for number, (window, since, until) in enumerate(spans(world)):
        turns = [part for i, part in enumerate(parts) if place.asks(number, i, zones=1)]
        for projects, kind in (everything, *turns):
            asked = question(con, world, window, projects, kind)
            rows = world.asked(since, until, projects, kind)
            assert_ranking(top_skills(con, asked), rows)


@pytest.mark.parametrize("sort", SORTS)
def test_top_skills_ranks_as_it_was_told(
    place: Place, world: World, con: Connection, sort: Sort
) -> None:
    """``--sort``, ``--min-uses`` and ``--limit``; totals are over all names, shown or not."""
    for number, (window, since, until) in enumerate(spans(world)[:6:2]):
        if not place.asks(2 * number, list(SORTS).index(sort), zones=2):
            continue
        asked = question(con, world, window)
        rows = world.asked(since, until)
        for min_uses, limit in ((1, 20), (25, 20), (2, 2)):
            found = top_skills(con, asked, sort=sort, min_uses=min_uses, limit=limit)
            assert_ranking(found, rows, sort, min_uses, limit)


# ---------------------------------------------------------------- effectiveness and compare


def names(world: World) -> list[tuple[str, Kind]]:
    """Every name, the most used first."""
    return [name for name, _ in Counter((row.name, row.kind) for row in world.rows).most_common()]


def some_questions(
    place: Place, zones: int
) -> Iterator[tuple[Window, date | None, date | None, str, Kind]]:
    """Names in each of some spans: the most used one, and every other in so many of the zones."""
    for number, span in enumerate(some_spans(place.world)):
        for i, (name, kind) in enumerate(names(place.world)):
            if i == 0 or place.asks(number, i, zones=zones):
                yield *span, name, kind


def said(
    place: Place, con: Connection, window: Window, name: str, kind: Kind
) -> Effectiveness | None:
    """What `effectiveness` says; asked once."""
    key = (con, window, name, kind)
    if key not in place.said:
        asked = question(con, place.world, window, kind=kind)
        place.said[key] = effectiveness(con, asked, name)
    return place.said[key]


def some_spans(world: World) -> list[tuple[Window, date | None, date | None]]:
    """Spans that differ in how they are answered: buckets, ranges, all time."""
    every = spans(world)
    month = buckets(world, "monthly")[-2]
    week = buckets(world, "weekly")[-2]
    return [
        *(every[i] for i in (0, 3, 7, 10, 16)),
        (Window(period=period(month, "monthly")), month, last_day(month, "monthly")),
        (Window(period=period(week, "weekly")), week, last_day(week, "weekly")),
    ]


def test_effectiveness_is_right_from_all_sides(place: Place, world: World, con: Connection) -> None:
    """The measures, by project, by workflow path, errors and follow-ups."""
    for window, since, until, name, kind in some_questions(place, zones=1):
        asked = question(con, world, window, kind=kind)
        rows = [row for row in world.asked(since, until, kind=kind) if row.name == name]
        found = said(place, con, window, name, kind)
        assert (found is None) == (not rows)
        if found is None:
            continue
        assert same(as_oracle(found.measures), measure(rows))
        assert_groups(asked, found.by_project, by_group(rows, lambda row: row.project))
        assert [
            (
                p.workflow_path,
                p.total_invocations,
                p.successes,
                p.failures,
                p.abandoned,
                p.unknown,
                p.success_rate,
            )
            for p in found.by_workflow_path
        ] == paths(rows)
        failures = [row for row in rows if row.outcome == "failure"]
        assert found.errors == most_frequent(r.error_type for r in failures if r.error_type)
        assert found.followups == most_frequent(
            action for row in rows for action in row.followup_actions or ()
        )


def assert_groups(asked: Question, found: Any, wanted: Any) -> None:
    labels = {p.project_id: p.name for p in asked.scope.projects}
    assert [labels.get(m.group, m.group) for m in found] == [group for group, _ in wanted]
    for ours, (_, theirs) in zip(found, wanted, strict=True):
        assert same(as_oracle(ours), theirs)


def test_now_and_before_are_the_last_days_and_those_before_them(
    place: Place, world: World, con: Connection
) -> None:
    """Whatever span is asked for: 30 complete days against 90, from both sides' rows."""
    day = open_day(world.rows, world.zone, world.now, world.now)
    recent = (day - timedelta(days=30), day - timedelta(days=1))
    earlier = (day - timedelta(days=120), day - timedelta(days=31))
    compared = 0
    for window, _, _, name, kind in some_questions(place, zones=1):
        found = said(place, con, window, name, kind)
        if found is None:
            continue
        now = measure(r for r in world.asked(*recent, kind=kind) if r.name == name)
        then = measure(r for r in world.asked(*earlier, kind=kind) if r.name == name)

        assert (found.findings.recent.since, found.findings.recent.until) == recent
        assert (found.findings.earlier.since, found.findings.earlier.until) == earlier
        step = found.verdict.change
        for ours, theirs in ((step.now, now), (step.before, then)):
            assert (ours.total_invocations, ours.successes, ours.known) == (
                theirs.total_invocations,
                theirs.successes,
                known(theirs),
            )
            assert ours.success_rate == theirs.success_rate
        wanted = change(now, then)
        assert step.change == (None if wanted is None else wanted[0])
        if wanted is None:
            assert (step.low, step.high, step.verdict) == (None, None, "insufficient data")
        else:
            compared += 1
            assert (step.low, step.high) == pytest.approx(wanted[1:], rel=1e-12, abs=1e-12)
        if min(known(now), known(then)) < 10:
            assert step.verdict == "insufficient data"
    assert compared


def test_compare_is_right_by_project_and_by_type(
    place: Place, world: World, con: Connection
) -> None:
    """The same measures in each project and in each type of project."""
    for window, since, until, name, kind in some_questions(place, zones=1):
        for projects in ((), subsets(world)[-1]) if window == Window() else ((),):
            asked = question(con, world, window, projects, kind)
            rows = [r for r in world.asked(since, until, projects, kind) if r.name == name]
            if not [r for r in world.asked(None, None, projects, kind) if r.name == name]:
                continue
            found = compare(con, asked, name)
            by_type = by_group(rows, lambda row: world.types[row.project] or "")
            assert_groups(asked, found.by_project, by_group(rows, lambda row: row.project))
            assert_groups(asked, found.by_type, by_type)


# ---------------------------------------------------------------- summary


def test_summary_is_right(place: Place, world: World, con: Connection) -> None:
    """All time, the last seven days, the seven before, and the five most used."""
    everything, *parts = [(projects, kind) for projects in subsets(world) for kind in KINDS]
    turns = [part for i, part in enumerate(parts) if place.asks(i, zones=2)]
    for projects, kind in (everything, *turns):
        every = world.asked(None, None, projects, kind)
        day = open_day(every, world.zone, world.now, world.now)
        if day < today(world):
            day -= timedelta(days=1)  # today is shown only where all days before are observed
        week, two_weeks = day - timedelta(days=6), day - timedelta(days=13)
        found = summary(con, question(con, world, Window(), projects, kind))
        for totals, since, until in (
            (found.all_time, None, None),
            (found.recent, week, day),
            (found.before, two_weeks, week - timedelta(days=1)),
        ):
            rows = world.asked(since, until, projects, kind)
            measured = measure(rows)
            used = {(row.kind, row.name) for row in rows}
            assert (totals.span.since, totals.span.until) == (since, until)
            assert totals.total_invocations == measured.total_invocations
            assert totals.skills == sum(kind == "skill" for kind, _ in used)
            assert totals.agents == sum(kind == "agent" for kind, _ in used)
            assert (totals.projects, totals.sessions) == (measured.projects, measured.sessions)
            assert totals.success_rate == measured.success_rate
        wanted = ranking(world.asked(None, None, projects, kind), limit=5)
        assert [(r.measures.skill_name, r.share) for r in found.top] == [
            (r.name, r.share) for r in wanted
        ]
        for ours, theirs in zip(found.top, wanted, strict=True):
            assert same(as_oracle(ours.measures), theirs.measures)


# ---------------------------------------------------------------- the worlds themselves


def test_a_rebuild_leaves_the_very_same_rollups(world: World) -> None:
    """``aggregate --full`` changes no bit of any bucket, any breakdown, any session's days."""
    tables = []
    for state in ("refreshed", "rebuilt"):
        with in_state(world, state) as con:
            buckets = con.execute(
                "select * replace (epoch_us(first_used) as first_used,"
                " epoch_us(last_used) as last_used) from skill_aggregates order by all"
            ).fetchall()
            noted = con.execute("select * from skill_breakdowns order by all").fetchall()
            days = con.execute("select * from session_days order by all").fetchall()
            tables.append((buckets, noted, days))

    assert tables[0] == tables[1]
    assert all(tables[0][:2])


@pytest.mark.parametrize("place", places("generated"), indirect=True)
def test_the_generated_world_has_the_edges_it_is_for(world: World) -> None:
    """It holds a repeated hour, a 53rd week and a week that belongs to the next year."""
    changes = world.zone.key in ("America/Los_Angeles", "Australia/Sydney")

    weeks = {row.invoked_at.astimezone(world.zone).isocalendar()[:2] for row in world.rows}
    offsets = {row.invoked_at.astimezone(world.zone).utcoffset() for row in world.rows}

    assert {(2025, 1), (2026, 1), (2026, 53)} <= weeks
    assert len(offsets) == (2 if changes else 1)
    assert {row.name for row in world.rows if row.kind == "agent"} & {
        row.name for row in world.rows if row.kind == "skill"
    } == {"drifter"}
