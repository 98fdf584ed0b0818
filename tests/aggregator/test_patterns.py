"""What is said of sessions and workflows is what plain Python says of the same files' records."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.calendar import ALL_TIME, span
from aggregator.measures import Question, scope
from aggregator.parameters import Kind, Lost
from aggregator.parameters import SessionSort as Sort
from aggregator.reports.patterns.alternatives import alternatives
from aggregator.reports.patterns.bottlenecks import bottlenecks
from aggregator.reports.patterns.pairs import pairs
from aggregator.reports.patterns.sessions import KNOWN_TO_JUDGE, Seen, session_uses, sessions
from aggregator.reports.patterns.transitions import transitions
from aggregator.retention import apply, store_raw_days
from conftest import NOW, THOROUGH
from expected_patterns import (
    LOST,
    Name,
    after,
    alike,
    at_rank,
    by_session,
    certain,
    gap_ms,
    in_random_order,
    known,
    name,
    outcomes,
    steps,
    sums,
    together,
)
from oracle import Row, merge, numbered, wilson
from schema.errors import UnknownName
from schema.upgrade import in_memory
from schema.warehouse import Connection
from session_worlds import PATHS, agents, asked_of, mixed, session_world
from worlds import World

pytestmark = pytest.mark.xdist_group("patterns")

ALL = 10**6


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return session_world(tmp_path_factory.mktemp("mixed"), mixed("mixed"), agents("agents"))


def ids(world: World) -> dict[str, str]:
    """Every project's id by its name."""
    with world.warehouse.reading() as con:
        found = con.execute("select project_name, project_id from projects").fetchall()
    return dict(found)


KINDS: tuple[Kind, ...] = ("all", "skill")
BY_KIND = pytest.mark.parametrize("kind", KINDS)


# ---------------------------------------------------------------- transitions


def assert_transitions(
    con: Connection,
    question: Question,
    rows: Sequence[Row],
    min_times: int = 1,
    *,
    repeats: bool = False,
    idle: int = 30,
) -> int:
    """Every number of every transition; returns how many there are. ``rows`` are of all kinds."""
    seen = by_session(rows, question.kind, timedelta(minutes=idle))
    every = steps(seen, repeats=True)
    found = steps(seen, repeats=repeats)
    each: defaultdict[tuple[Name, Name], list[tuple[Row, Row]]] = defaultdict(list)
    for a, b in found:
        each[name(a), name(b)].append((a, b))
    common = {key: both for key, both in each.items() if len(both) >= min_times}

    told = transitions(
        con, question, min_times=min_times, limit=ALL, repeats=repeats, idle_minutes=idle
    )

    assert (told.total, told.common) == (len(found), len(common))
    assert told.repeats == sum(name(a) == name(b) for a, b in every)
    assert {(t.first, t.then) for t in told.rows} == set(common)
    order = [
        (0, t.contrast.adjusted_p, -t.times)
        if t.is_marked
        else (1, t.order.adjusted_p, -t.times)
        if t.is_habit and t.order
        else (2, 0, -t.times)
        for t in told.rows
    ]
    assert order == sorted(order)
    for ours in told.rows:
        both = common[ours.first, ours.then]
        uses = [b for _, b in both]
        followed = sum(name(a) == ours.first for a, _ in found)
        assert (ours.times, ours.followed) == (len(both), followed)
        assert ours.share_interval == pytest.approx(wilson(len(both), followed))
        assert ours.gap_ms == pytest.approx(gap_ms(both))
        assert ours.simultaneous == sum(a.invoked_at == b.invoked_at for a, b in both)
        counted = ours.outcomes
        assert (
            counted.successes,
            counted.failures,
            counted.abandoned,
            counted.unknown,
        ) == outcomes(uses)
        strata = after(found, ours.first, ours.then, ZoneInfo("UTC"))
        expected, variance, _, _, weight = sums(strata)
        sides = ours.contrast.sides
        theirs = sides.association
        assert (sides.successes, sides.known) == (outcomes(uses)[0], len(known(uses)))
        with_it = [s for s in strata if s[1]]
        assert sides.known_elsewhere == sum(s[3] - s[1] for s in with_it)
        assert sides.successes_elsewhere == sum(s[2] - s[0] for s in with_it)
        assert (theirs.expected, theirs.variance, theirs.weight) == pytest.approx(
            (expected, variance, weight), abs=1e-8
        )
        times_in = certain(seen, ours.first, ours.then)
        if ours.first == ours.then:
            assert ours.order is None
        else:
            assert ours.order is not None
            counted_steps = ours.order.association
            assert (counted_steps.observed, ours.order.sessions) == (sum(times_in), len(times_in))
            mean, spread, most = in_random_order(seen, ours.first, ours.then)
            assert (counted_steps.expected, counted_steps.variance) == pytest.approx(
                (float(mean), float(spread)), abs=1e-8
            )
            assert (counted_steps.least, counted_steps.most) == (0, most)
        within = sums(with_it)
        assert (theirs.least, theirs.most) == (within[2], within[3])
    return len(found)


@BY_KIND
@pytest.mark.parametrize("min_times", [1, 10])
def test_transitions_are_those_of_the_records(world: World, kind: Kind, min_times: int) -> None:
    """Every number of every transition, over all records and over skills' alone."""
    with world.warehouse.reading() as con:
        asked = asked_of(con, world, kind)
        assert assert_transitions(con, asked, world.rows, min_times) > 400


@pytest.mark.parametrize("idle", [1, 7, 100_000])
def test_pauses_and_repeats_are_as_asked_for(world: World, idle: int) -> None:
    """Sessions split after other pauses, and a name that follows itself: every number again."""
    with world.warehouse.reading() as con:
        asked = asked_of(con, world)
        with_repeats = assert_transitions(con, asked, world.rows, repeats=True, idle=idle)
        assert with_repeats > assert_transitions(con, asked, world.rows, idle=idle)
    parts = {part for _, _, part in by_session(world.rows, "all", timedelta(minutes=idle))}
    assert (2 in parts) == (idle < 100_000)


ROWS = st.lists(
    st.builds(
        lambda project, kind, name, second, session, key, outcome: Row(
            project,
            kind,
            name,
            datetime(2026, 11, 2, 9, 0, second, tzinfo=UTC),
            session,
            key,
            1,
            outcome,
            *[None] * 6,
        ),
        st.sampled_from(["home", "abroad"]),
        st.sampled_from(["skill", "agent"]),
        st.sampled_from(["a", "b", "B"]),
        st.integers(0, 3),
        st.sampled_from([None, "s", "s", "t"]),
        st.sampled_from([None, None, "k", "l"]),
        st.sampled_from(["success", "failure", "abandoned", "unknown"]),
    ),
    max_size=40,
)


@settings(max_examples=40 * THOROUGH)
@given(ROWS, st.randoms(use_true_random=False))
def test_uses_at_the_same_moment_have_one_order(rows: list[Row], dice: Random) -> None:
    """Any few uses within four seconds: the same transitions, in whatever order they are stored."""
    merged = list(merge(numbered(rows)).values())
    stored = dice.sample(merged, len(merged))
    with in_memory() as con:
        con.executemany(
            "insert into projects (project_id, project_path, project_name, timezone, metadata,"
            " is_worktree, registered_at, is_active, shares_rows, transcripts)"
            " values (?, ?, ?, 'UTC', '{}', false, now(), true, false, 'auto')",
            [[project] * 3 for project in ("home", "abroad")],
        ).fetchall()
        con.execute(
            "insert into skill_usage by name select *, 'offset' as time_basis, invoked_at as"
            " snapshot_at, 0 as source_file_id, 0 as collect_run_id, invoked_at::date as day,"
            " date_trunc('week', day) as week, date_trunc('month', day) as month"
            " from (select unnest($rows, recursive := true))",
            {
                "rows": [
                    {
                        "project_id": row.project,
                        "kind": row.kind,
                        "skill_name": row.name,
                        "invoked_at": row.invoked_at,
                        "session_id": row.session_id,
                        "idempotency_key": row.idempotency_key,
                        "occurrence": row.occurrence,
                        "outcome": row.outcome,
                    }
                    for row in stored
                ]
            },
        ).fetchall() if stored else None
        assert_transitions(con, Question(ALL_TIME, scope(con), "all", NOW), merged)


def test_a_name_is_shown_on_both_sides_and_another_is_refused(world: World) -> None:
    """What comes before it and after it, by how often; unknown names get the nearest."""
    with world.warehouse.reading() as con:
        asked = asked_of(con, world)
        told = transitions(con, asked, name="release", min_times=1, limit=ALL)
        whole = transitions(con, asked, min_times=1, limit=ALL)
        with pytest.raises(UnknownName, match="No skill or agent") as refused:
            transitions(con, asked, name="relase")

    assert refused.value.hint == "Did you mean release?"
    assert told.rows == [t for t in whole.rows if "release" in (t.first[1], t.then[1])]


# ---------------------------------------------------------------- pairs


@BY_KIND
@pytest.mark.parametrize("min_sessions", [1, 15])
def test_pairs_are_those_of_the_records(world: World, kind: Kind, min_sessions: int) -> None:
    """Support, lift, what chance makes of it among sessions alike, and how many could have met."""
    seen = by_session(world.rows, kind)
    having = Counter(each for uses in seen.values() for each in {name(row) for row in uses})
    enough = [each for each, times in having.items() if times >= min_sessions]
    met = {both: found for both, found in together(seen).items() if len(found) >= min_sessions}
    with world.warehouse.reading() as con:
        asked = asked_of(con, world, kind)
        told = pairs(con, asked, min_sessions=min_sessions, sort="together", limit=ALL)

    assert (told.sessions, told.names) == (len(seen), len(enough))
    assert told.compared == len(enough) * (len(enough) - 1) // 2
    assert [p.times for p in told.rows] == sorted((len(f) for f in met.values()), reverse=True)
    assert {(p.first, p.second) for p in told.rows} == set(met)
    for ours in told.rows:
        times = len(met[ours.first, ours.second])
        shares = having[ours.first] / len(seen), having[ours.second] / len(seen)
        assert (ours.sessions_first, ours.sessions_second) == (
            having[ours.first],
            having[ours.second],
        )
        assert (ours.times, ours.support) == (times, times / len(seen))
        assert ours.lift == pytest.approx(times / len(seen) / (shares[0] * shares[1]))
        expected, variance, least, most, _ = sums(alike(seen, ours.first, ours.second))
        theirs = ours.association
        assert (theirs.expected, theirs.variance) == pytest.approx((expected, variance), abs=1e-8)
        assert (theirs.observed, theirs.least, theirs.most) == (times, least, most)
    assert len(told.rows) > 10


# ---------------------------------------------------------------- sessions


def expected_session(uses: list[Row]) -> tuple[object, ...]:
    first = uses[0].invoked_at
    ends = [
        (row.invoked_at - first).total_seconds() * 1000 + float(row.duration_ms or 0)
        for row in uses
    ]
    return (*outcomes(uses), len({name(row) for row in uses}), first, round(max(ends), 3))


def told_session(seen: Seen) -> tuple[object, ...]:
    counted = seen.outcomes
    ends = counted.successes, counted.failures, counted.abandoned, counted.unknown
    return (*ends, seen.names, seen.first_at, round(seen.length_ms, 3))


@BY_KIND
def test_sessions_are_those_of_the_records(world: World, kind: Kind) -> None:
    """Each one's numbers, in each of the three orders, and what is typical."""
    seen = by_session(world.rows, kind)
    known_ids = ids(world)
    wanted = {
        (known_ids[p], s, part): expected_session(uses) for (p, s, part), uses in seen.items()
    }
    lost = {key: (each[1] + each[2], sum(each[:3])) for key, each in wanted.items()}  # type: ignore[operator, arg-type]

    def worst(key: tuple[str, str, int]) -> tuple[object, ...]:
        return (-(wilson(*lost[key])[0] or 0), -lost[key][1], wanted[key][5], *key)

    def longest(key: tuple[str, str, int]) -> tuple[object, ...]:
        return (-wanted[key][6], -sum(wanted[key][:4]), wanted[key][5], *key)  # type: ignore[operator, arg-type]

    def busiest(key: tuple[str, str, int]) -> tuple[object, ...]:
        return (-sum(wanted[key][:4]), -wanted[key][6], wanted[key][5], *key)  # type: ignore[operator, arg-type]

    judged = [key for key in wanted if lost[key][1] >= KNOWN_TO_JUDGE]
    orders: dict[Sort, list[tuple[str, str, int]]] = {
        "worst": sorted((key for key in judged if lost[key][0]), key=worst),
        "longest": sorted(wanted, key=longest),
        "busiest": sorted(wanted, key=busiest),
    }
    for sort, order in orders.items():
        with world.warehouse.reading() as con:
            told = sessions(con, asked_of(con, world, kind), sort=sort, limit=40)
        assert [(s.project_id, s.session_id, s.part) for s in told.rows] == order[:40]
        assert [told_session(s) for s in told.rows] == [wanted[key] for key in order[:40]]
        assert (told.sessions, told.judged) == (len(wanted), len(judged))
        for first, by in ((told.worst, "worst"), (told.longest, "longest")):
            assert first is not None
            assert (first.project_id, first.session_id, first.part) == orders[by][0]  # type: ignore[index]
        sizes = [len(uses) for uses in seen.values()]
        assert told.median_uses == statistics.median(sizes)
        lengths = [each[6] for each in wanted.values()]
        assert told.median_length_ms == pytest.approx(statistics.median(lengths))  # type: ignore[type-var]


def test_sessions_with_names_have_used_all_of_them(world: World) -> None:
    """``--with`` twice: both names were used in each session that is shown, and in no other."""
    seen = by_session(world.rows)
    using = ["rare-one", "drifter"]
    wanted = {s for s, uses in seen.items() if set(using) <= {row.name for row in uses}}
    with world.warehouse.reading() as con:
        told = sessions(con, asked_of(con, world), sort="busiest", using=using * 2, limit=ALL)

    by_id = {value: key for key, value in ids(world).items()}
    assert {(by_id[s.project_id], s.session_id, s.part) for s in told.rows} == wanted
    assert 0 < len(wanted) < len(seen)


def test_one_session_is_shown_use_by_use(world: World) -> None:
    """In order, of every project that has one of the id; an unknown one is refused."""
    seen = by_session(world.rows)
    session = Counter(session for _, session, _ in seen).most_common(1)[0][0]
    known_ids = ids(world)
    wanted = {
        (known_ids[p], part): [(name(r), r.invoked_at, r.outcome, r.workflow_path) for r in uses]
        for (p, s, part), uses in seen.items()
        if s == session
    }
    with world.warehouse.reading() as con:
        told = session_uses(con, asked_of(con, world), session)
        with pytest.raises(UnknownName, match="No session is named 's-none'"):
            session_uses(con, asked_of(con, world), "s-none")

    assert len(wanted) > 1
    assert wanted == {
        part: [(u.name, u.invoked_at, u.outcome, u.workflow_path) for u in uses]
        for part, uses in told.items()
    }


# ---------------------------------------------------------------- bottlenecks, alternatives


@pytest.mark.parametrize("lost", ["any", "failed", "abandoned"])
def test_bottlenecks_are_those_of_the_records(world: World, lost: Lost) -> None:
    """What is lost on each path, on the others, and by the same names on the others."""
    bad = {"any": LOST, "failed": LOST[:1], "abandoned": LOST[1:]}[lost]
    rows = [row for row in world.rows if row.workflow_path is not None]
    with world.warehouse.reading() as con:
        told = bottlenecks(con, asked_of(con, world), lost=lost)

    def losses(some: list[Row]) -> tuple[int, int]:
        return sum(row.outcome in bad for row in some), len(known(some))

    assert {each.at for each in told.rows} == {path for path in PATHS if path}
    assert (told.with_path, told.with_phase) == (len(rows), 0)
    for ours in told.rows:
        here = [row for row in rows if row.workflow_path == ours.at]
        others = [row for row in rows if row.workflow_path != ours.at]
        assert (ours.here.lost, ours.here.known) == losses(here)
        assert (ours.elsewhere.lost, ours.elsewhere.known) == losses(others)
        assert ours.here.interval == pytest.approx(wilson(*losses(here)))
        weighed = [losses([o for o in others if name(o) == name(row)]) for row in known(here)]
        rates = [times / of for times, of in weighed if of]
        assert ours.alike_known == len(rates)
        assert ours.alike == pytest.approx(statistics.mean(rates))
        assert ours.most_lost.lost == max(
            losses([row for row in here if name(row) == each])[0]
            for each in {name(row) for row in here}
        )


def test_phases_are_places_of_their_own(world: World, tmp_path: Path) -> None:
    """Where a store names phases, each stands against the other phases, not against paths."""
    copy = session_world(tmp_path, mixed("phases", 200))
    with copy.warehouse.writing() as con:
        con.execute(
            "update skill_usage set workflow_phase = if(skill_name = 'deploy', 'ship', 'build')"
            " where kind = 'skill' and session_id is not null"
        ).fetchall()
    rows = [row for row in copy.rows if row.session_id is not None]
    with copy.warehouse.reading() as con:
        told = bottlenecks(con, asked_of(con, copy))

    phases = {each.at: each for each in told.rows if each.place == "phase"}
    ship = [row for row in rows if row.name == "deploy"]
    assert set(phases) == {"ship", "build"}
    assert told.with_phase == len(rows)
    assert phases["ship"].here.known == len(known(ship))
    assert phases["ship"].elsewhere.known == phases["build"].here.known
    assert (phases["ship"].alike, phases["ship"].alike_known) == (None, 0)


def test_alternatives_are_those_of_the_records(world: World) -> None:
    """What was taken, passed over and for what; outcomes by rank, against the other ranks."""
    offers = []
    for row in world.rows:
        others = set(row.alternatives or ()) - {row.name}
        if others:
            offers.append((row, others))
    with world.warehouse.reading() as con:
        told = alternatives(con, asked_of(con, world), min_offered=1, limit=ALL)

    assert told.offers == len(offers)
    offered = {row.name for row, _ in offers}.union(*(others for _, others in offers))
    assert {each.name for each in told.rows} == offered
    for ours in told.rows:
        taken = [row for row, _ in offers if row.name == ours.name]
        passed = [row for row, others in offers if ours.name in others]
        assert (ours.taken, ours.passed) == (len(taken), len(passed))
        assert ours.when_taken.known == len(known(taken))
        assert (ours.when_passed.successes, ours.when_passed.known) == (
            outcomes(passed)[0],
            len(known(passed)),
        )
        instead = Counter(row.name for row in passed)
        assert (ours.instead, ours.instead_times) == min(
            instead.items(), key=lambda each: (-each[1], each[0])
        )
    ranked = [row for row in world.rows if row.selection_rank is not None]
    assert [each.rank for each in told.ranks] == sorted({r.selection_rank for r in ranked})  # type: ignore[type-var]
    for rank in told.ranks:
        uses = [row for row in ranked if row.selection_rank == rank.rank]
        strata = at_rank(world.rows, rank.rank, world.zone)
        expected, variance, _, _, weight = sums(strata)
        theirs = rank.contrast.sides.association
        assert rank.outcomes.total_invocations == len(uses)
        assert theirs.observed == outcomes(uses)[0]
        assert (theirs.expected, theirs.variance, theirs.weight) == pytest.approx(
            (expected, variance, weight), abs=1e-8
        )
        assert rank.contrast.sides.known_elsewhere == sum(s[3] - s[1] for s in strata if s[1])


# ---------------------------------------------------------------- what was read


def test_archived_days_are_named_and_no_part_of_it(tmp_path: Path) -> None:
    """Stand-ins have no order: it is about the rows that are kept, and says what it misses."""
    world = session_world(tmp_path, mixed("archived"))
    with world.warehouse.writing() as con:
        store_raw_days(con, 30)
    apply(world.warehouse, now=NOW)
    with world.warehouse.reading() as con:
        told = transitions(con, asked_of(con, world), min_times=1, limit=ALL)
        rows_since = told.scanned.rows_since
        assert rows_since is not None
        late = Question(span(rows_since, None), scope(con), "all", NOW)
        kept = transitions(con, late, min_times=1, limit=ALL)

    left = [row for row in world.rows if row.invoked_at.date() >= rows_since]
    assert 0 < len(left) < len(world.rows)
    assert told.total == len(steps(by_session(left)))
    assert told.scanned.uses == len(left)
    assert told.scanned.archived == len(world.rows) - len(left)
    assert kept.rows == told.rows
    assert kept.scanned.archived == 0
