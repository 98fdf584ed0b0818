"""The oracle is right: hand-computed cases, and the totals the real writers left."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oracle import (
    Grain,
    Kind,
    Measures,
    Outcome,
    Row,
    average,
    bucket_start,
    in_range,
    instant_of,
    measure,
    merge,
    quantile_cont,
    read_document,
    read_lines,
    read_project,
    rollup,
    wilson,
)
from places import SAMPLES

BY_WRITER = SAMPLES / "skill_metrics_by_writer"
KAIZEN = SAMPLES / "kaizen_project"
WRITERS = sorted(path.name for path in BY_WRITER.iterdir())
TOTALLING_WRITERS = [
    "crackerjack-4b5a3c1c-export",
    "crackerjack-7bd7d775-autosave",
    "crackerjack-efd7b63c-autosave",
    "session-buddy-23133eb-autosave",
    "session-buddy-23133eb-export",
]
AGENTS = ["optimizer", "orchestrator", "retired-agent"]

ANGELES = ZoneInfo("America/Los_Angeles")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
LONDON = ZoneInfo("Europe/London")
UTC_ZONE = ZoneInfo("UTC")


def row(
    invoked_at: str = "2026-08-03T09:00:00+00:00",
    outcome: Outcome = "success",
    *,
    project: str = "p",
    kind: Kind = "skill",
    name: str = "ruff-check",
    session_id: str | None = None,
    idempotency_key: str | None = None,
    occurrence: int = 1,
    duration_ms: str | None = None,
    followups: int | None = None,
    quality_score: str | None = None,
) -> Row:
    """A row with only what a test is about."""
    return Row(
        project=project,
        kind=kind,
        name=name,
        invoked_at=datetime.fromisoformat(invoked_at).astimezone(UTC),
        session_id=session_id,
        idempotency_key=idempotency_key,
        occurrence=occurrence,
        outcome=outcome,
        duration_ms=None if duration_ms is None else Decimal(duration_ms),
        followups=followups,
        followup_actions=None,
        quality_score=None if quality_score is None else Decimal(quality_score),
        workflow_path=None,
        error_type=None,
    )


def document(*records: dict[str, Any], **top: object) -> str:
    """A skill_metrics.json whose records have a name and a time unless they say otherwise."""
    named = [{"skill_name": "s", "invoked_at": "2026-08-03T09:00:00", **r} for r in records]
    return json.dumps({"invocations": named, **top})


def lines(*records: dict[str, Any]) -> str:
    """An executions.jsonl whose records have a time and success unless they say otherwise."""
    default = {"timestamp": "2026-08-03T09:00:00Z", "success": True}
    return "".join(json.dumps({**default, **record}) + "\n" for record in records)


def read_one(text: str) -> Row:
    """The only row of a skill_metrics.json."""
    (only,) = read_document(text, "p", UTC_ZONE)
    return only


def read_executions(text: str, folder: str = "reviewer") -> list[Row]:
    """The rows of an executions.jsonl of agent `folder`."""
    return read_lines(text, "p", folder, UTC_ZONE)


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        pytest.param("2026-08-03T09:00:00", ANGELES, "2026-08-03T16:00:00", id="summer"),
        pytest.param("2026-12-03T09:00:00", ANGELES, "2026-12-03T17:00:00", id="winter"),
        pytest.param("2026-11-01T01:30:00", ANGELES, "2026-11-01T08:30:00", id="repeated-first"),
        pytest.param("2026-11-01T02:00:00", ANGELES, "2026-11-01T10:00:00", id="after-repeated"),
        pytest.param("2026-03-08T01:59:59", ANGELES, "2026-03-08T09:59:59", id="before-gap"),
        pytest.param("2026-03-08T02:30:00", ANGELES, "2026-03-08T10:30:00", id="in-gap"),
        pytest.param("2026-03-08T03:00:00", ANGELES, "2026-03-08T10:00:00", id="after-gap"),
        pytest.param("2026-08-03T00:00:00", KATHMANDU, "2026-08-02T18:15:00", id="kathmandu"),
        pytest.param("2026-11-01T09:30:00Z", ANGELES, "2026-11-01T09:30:00", id="z"),
        pytest.param("2026-11-01T01:30:00-08:00", KATHMANDU, "2026-11-01T09:30:00", id="offset"),
    ],
)
def test_a_written_time_is_one_instant(written: str, zone: ZoneInfo, expected: str) -> None:
    """An offset is taken as it is; a naive time is the zone's clock, the first pass if twice."""
    instant = instant_of(written, zone)

    assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert instant is not None
    assert instant.utcoffset() == timedelta(0)


def test_the_fraction_of_a_second_is_kept_and_may_be_missing() -> None:
    """Microseconds survive, and their absence is zero."""
    with_fraction = instant_of("2026-08-03T09:10:00.123456", UTC_ZONE)
    without = instant_of("2026-08-03T09:10:00", UTC_ZONE)

    assert with_fraction == datetime(2026, 8, 3, 9, 10, 0, 123456, UTC)
    assert without == datetime(2026, 8, 3, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize("written", [None, "", "yesterday", 1754211600, True, "2026-02-30T00:00"])
def test_an_unparseable_time_rejects_the_record(written: object) -> None:
    """It is never now and never guessed."""
    skills = read_document(document({"invoked_at": written}), "p", UTC_ZONE)
    agents = read_executions(lines({"timestamp": written}))

    assert skills == []
    assert agents == []


# ---------------------------------------------------------------- skill_metrics.json


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        pytest.param({"completed": True}, "success", id="true"),
        pytest.param({"completed": 1}, "success", id="one"),
        pytest.param({"completed": True, "error_type": "E"}, "success", id="true-with-error"),
        pytest.param({"completed": False, "error_type": "E"}, "failure", id="false-with-error"),
        pytest.param({"completed": 0, "error_type": "E"}, "failure", id="zero-with-error"),
        pytest.param({"completed": False, "error_type": None}, "abandoned", id="false-null"),
        pytest.param({"completed": False, "error_type": ""}, "abandoned", id="false-empty"),
        pytest.param({"completed": False, "error_type": 5}, "abandoned", id="false-no-text"),
        pytest.param({"completed": None, "error_type": "E"}, "unknown", id="null"),
        pytest.param({"completed": "true"}, "unknown", id="text"),
        pytest.param({"completed": 2}, "unknown", id="two"),
        pytest.param({}, "unknown", id="missing"),
    ],
)
def test_a_skill_s_outcome(record: dict[str, Any], outcome: str) -> None:
    """Completed, failed with an error type, abandoned without one, or no usable verdict."""
    assert read_one(document(record)).outcome == outcome


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        pytest.param("42.0", "42000", id="whole"),
        pytest.param("41.876544", "41876.544", id="microseconds"),
        pytest.param("0", "0", id="zero"),
        pytest.param("1.0000005", "1000.000", id="half-to-even-down"),
        pytest.param("1.0000015", "1000.002", id="half-to-even-up"),
        pytest.param("-3600.0", None, id="negative"),
        pytest.param("true", None, id="bool"),
        pytest.param("null", None, id="null"),
        pytest.param('"5"', None, id="text"),
        pytest.param("NaN", None, id="nan"),
        pytest.param("Infinity", None, id="infinity"),
        pytest.param("1e999", None, id="too-large-a-float"),
        pytest.param("1" + "0" * 400, None, id="too-large-an-int"),
    ],
)
def test_a_duration_is_a_real_number_not_negative(seconds: str, milliseconds: str | None) -> None:
    """Milliseconds to three places; what was not measured is null and keeps its row."""
    text = document({"duration_seconds": "HERE"}).replace('"HERE"', seconds)

    duration = read_one(text).duration_ms

    assert duration == (None if milliseconds is None else Decimal(milliseconds))
    assert duration is None or duration.as_tuple().exponent == -3


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        pytest.param({}, None, id="invocations-only"),
        pytest.param({"other": {}}, None, id="another-key"),
        pytest.param({"skills": {}}, Decimal(10), id="skills"),
        pytest.param({"summary": {}}, Decimal(10), id="summary"),
        pytest.param({"last_updated": "x"}, Decimal(10), id="last-updated"),
    ],
)
def test_a_hundredth_of_a_second_is_a_placeholder_only_in_c_and_d(
    top: dict[str, object], expected: Decimal | None
) -> None:
    """The writers without totals of their own put 0.01 s where nothing was measured."""
    assert read_one(document({"duration_seconds": 0.01}, **top)).duration_ms == expected


def test_other_short_durations_are_measured_in_c_and_d() -> None:
    """Only the exact 0.01 is the placeholder."""
    assert read_one(document({"duration_seconds": 0.011})).duration_ms == Decimal(11)


def test_follow_up_actions_are_counted() -> None:
    """An empty list is none done; no list is nothing known."""
    several = read_one(document({"follow_up_actions": ["git commit", "push"]}))
    none = read_one(document({"follow_up_actions": []}))
    missing = read_one(document({}))

    assert (several.followups, several.followup_actions) == (2, ("git commit", "push"))
    assert (none.followups, none.followup_actions) == (0, ())
    assert (missing.followups, missing.followup_actions) == (None, None)


def test_an_empty_session_is_none() -> None:
    """'' says as little as null."""
    assert read_one(document({"session_id": ""})).session_id is None
    assert read_one(document({"session_id": None})).session_id is None
    assert read_one(document({"session_id": "sess-1"})).session_id == "sess-1"


def test_the_planned_shape() -> None:
    """Records under `skills`, durations in ms, follow-ups a number, 1 and 0 as true and false."""
    records = [
        {"invoked_at": "2026-02-11T10:00:00Z", "duration_ms": 1234.5, "success": True}
        | {"followup_actions": 3, "session_id": "s1", "completed_at": "x", "metadata": {}},
        {"invoked_at": "2026-02-11T10:00:01Z", "duration_ms": 10, "success": False},
        {"invoked_at": "2026-02-11T10:00:02Z", "success": None, "followup_actions": True},
        {"invoked_at": "2026-02-11T10:00:03Z", "success": 1, "followup_actions": ["a"]},
    ]
    text = json.dumps({"version": "1.0", "skills": {"pytest-run": records, "odd": {"total": 1}}})

    rows = read_document(text, "p", UTC_ZONE)

    assert [r.name for r in rows] == ["pytest-run"] * 4
    assert [r.outcome for r in rows] == ["success", "failure", "unknown", "success"]
    assert [r.duration_ms for r in rows] == [Decimal("1234.5"), Decimal(10), None, None]
    assert [r.followups for r in rows] == [3, None, None, None]
    assert [r.session_id for r in rows] == ["s1", None, None, None]
    assert rows[0].invoked_at == datetime(2026, 2, 11, 10, tzinfo=UTC)


def test_skills_beside_invocations_are_never_records() -> None:
    """With an `invocations` key, even an empty one, `skills` is the writer's own totals."""
    record = {"invoked_at": "2026-02-11T10:00:00Z", "success": True}

    assert read_document(document(skills={"s": [record]}), "p", UTC_ZONE) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"invocations": {}}', '{"invocations": [1, null, {}]}'],
)
def test_a_document_without_usable_records_has_no_rows(text: str) -> None:
    """Empty, cut off or something else altogether."""
    assert read_document(text, "p", UTC_ZONE) == []


# ---------------------------------------------------------------- executions.jsonl


@pytest.mark.parametrize(
    ("success", "outcome"),
    [
        (True, "success"),
        (1, "success"),
        (1.0, "success"),
        (False, "failure"),
        (0, "failure"),
        (0.0, "failure"),
        (None, "unknown"),
        ("true", "unknown"),
        ("1", "unknown"),
        (2, "unknown"),
        ([], "unknown"),
    ],
)
def test_an_agent_s_outcome(success: object, outcome: str) -> None:
    """Only true, false, 1 and 0 are a verdict."""
    (only,) = read_executions(lines({"success": success}))

    assert only.outcome == outcome


def test_what_says_nothing_of_success_is_no_execution() -> None:
    """Its writer always does, if only that it does not know."""
    assert read_executions('{"agent": "a", "timestamp": "2026-08-03T09:00:00Z"}\n') == []


def test_an_agent_s_fields() -> None:
    """Seconds become ms, the score six places; follow-ups are nothing an agent has."""
    record = {"agent": "a", "execution_time_s": 12.5, "quality_score": 0.1234565}

    (only,) = read_executions(lines(record | {"session_id": "s", "idempotency_key": "k"}))

    assert (only.kind, only.name, only.session_id, only.idempotency_key) == ("agent", "a", "s", "k")
    assert (only.duration_ms, only.quality_score) == (Decimal("12500"), Decimal("0.123456"))
    assert (only.followups, only.followup_actions) == (None, None)


def test_an_agent_s_hundredth_of_a_second_is_measured() -> None:
    """The placeholder is a habit of the skill writers only."""
    (only,) = read_executions(lines({"execution_time_s": 0.01}))

    assert only.duration_ms == Decimal(10)


def test_the_agent_s_name_is_its_own_else_its_folder_s() -> None:
    """The record's `agent` wins; a flat file gives none, and then there is no row."""
    text = lines({"agent": "optimizer"}, {"timestamp": "2026-08-03T09:00:01Z"})

    assert [r.name for r in read_executions(text, "team/reviewer")] == [
        "optimizer",
        "team/reviewer",
    ]
    assert [r.name for r in read_executions(text, "")] == ["optimizer"]


def test_events_and_recommendations_are_not_executions() -> None:
    """What has an `event` or `recommendations` is an execution only with a `success` beside it."""
    bare = {"agent": "a", "timestamp": "2026-08-03T09:00:00Z"}
    others = [{**bare, "recommendations": [{}]}, {**bare, "event": "started"}]
    text = lines({"event": "x"}, {"recommendations": []})
    text += "".join(json.dumps(other) + "\n" for other in others)

    rows = read_executions(text)

    assert [r.outcome for r in rows] == ["success", "success"]


def test_only_whole_lines_count_and_a_bad_one_stops_nothing() -> None:
    """The last line may lack its newline, but nothing else."""
    good = lines({"agent": "a"})

    assert [r.name for r in read_executions(good + "{oops\n\n[1]\n" + lines({"agent": "b"}))] == [
        "a",
        "b",
    ]
    assert [r.name for r in read_executions(good + lines({"agent": "b"})[:-1])] == ["a", "b"]
    assert [r.name for r in read_executions(good + lines({"agent": "b"})[:-2])] == ["a"]
    assert [r.name for r in read_executions(lines({"agent": "a"}).replace("\n", "\r\n"))] == ["a"]
    assert read_executions("") == []


def test_a_separator_inside_a_text_ends_no_line() -> None:
    """Only a newline does."""
    text = json.dumps(
        {"agent": "a\u2028b", "timestamp": "2026-08-03T09:00:00Z", "success": True},
        ensure_ascii=False,
    )

    assert [r.name for r in read_executions(text + "\n")] == ["a\u2028b"]


# ---------------------------------------------------------------- identity


def test_equal_keys_of_one_file_are_numbered_in_file_order() -> None:
    """Parallel calls stay two; another session or second starts at 1 again."""
    text = document(
        {"completed": True},
        {"session_id": "x"},
        {"completed": False},
        {"invoked_at": "2026-08-03T09:00:01"},
        {"invoked_at": "2026-08-03T09:00:00+00:00", "session_id": ""},
        {"skill_name": "t"},
    )

    rows = read_document(text, "p", UTC_ZONE)

    assert [r.occurrence for r in rows] == [1, 1, 2, 1, 3, 1]
    assert [r.outcome for r in rows[:3]] == ["success", "unknown", "abandoned"]
    assert len({r.key for r in rows}) == 6


def test_a_repeated_hour_s_equal_times_are_numbered() -> None:
    """Both passes of 01:30 are written alike and both are kept."""
    record = {"invoked_at": "2026-11-01T01:30:00"}

    rows = read_document(document(record, record), "p", ANGELES)

    assert {r.invoked_at for r in rows} == {datetime(2026, 11, 1, 8, 30, tzinfo=UTC)}
    assert [r.occurrence for r in rows] == [1, 2]


def test_identical_lines_are_two_executions() -> None:
    """Unless they carry the same idempotency key."""
    plain = read_executions(lines({}, {}))
    keyed = read_executions(lines({"idempotency_key": "k"}, {"idempotency_key": "k"}))

    assert [r.occurrence for r in plain] == [1, 2]
    assert [r.occurrence for r in keyed] == [1]


def test_one_idempotency_key_is_one_execution_whatever_its_time() -> None:
    """For one agent of one project; it takes no number from the rows without a key."""
    later = {"idempotency_key": "k", "timestamp": "2026-08-03T10:00:00Z", "session_id": "s"}
    text = lines({"idempotency_key": "k"}, {}, later, {"idempotency_key": "k", "agent": "b"}, {})

    rows = read_executions(text)

    assert [(r.name, r.idempotency_key, r.occurrence) for r in rows] == [
        ("reviewer", "k", 1),
        ("reviewer", None, 1),
        ("b", "k", 1),
        ("reviewer", None, 2),
    ]
    assert rows[0].invoked_at == datetime(2026, 8, 3, 10, tzinfo=UTC)


# ---------------------------------------------------------------- merge


LADDER = [
    [row(outcome="unknown", duration_ms="1"), row(outcome="unknown")],
    [row(outcome="abandoned")],
    [row(outcome="abandoned", duration_ms="1"), row(outcome="failure")],
    [row(outcome="success")],
]
STATES = [(rank, state) for rank, states in enumerate(LADDER) for state in states]


@pytest.mark.parametrize(("rank", "state"), STATES)
@pytest.mark.parametrize(("later_rank", "later"), STATES)
def test_the_more_complete_state_wins_then_the_later(
    rank: int, state: Row, later_rank: int, later: Row
) -> None:
    """A stale writer cannot revert what is known; a correction of the same weight counts."""
    merged = merge([state, later])

    assert list(merged.values()) == [later if later_rank >= rank else state]


def test_merge_is_a_union_and_idempotent() -> None:
    """What vanished stays, and a snapshot read twice changes nothing."""
    old = [row(name="gone"), row(name="kept", outcome="abandoned")]
    new = [row(name="kept"), row(name="new")]

    once = merge(old + new)

    assert {key[2]: r.outcome for key, r in once.items()} == {
        "gone": "success",
        "kept": "success",
        "new": "success",
    }
    assert merge(old + new + new + old) == once
    assert merge(once.values()) == once
    assert all(r.key == key for key, r in once.items())


# ---------------------------------------------------------------- statistics


@pytest.mark.parametrize(
    ("successes", "known", "low", "high"),
    [
        pytest.param(95, 100, 0.8882, 0.9785, id="95-of-100"),
        pytest.param(1, 1, 0.2065, 1.0, id="1-of-1"),
        pytest.param(5, 10, 0.2366, 0.7634, id="5-of-10"),
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="81-of-263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15-of-148"),
        pytest.param(0, 20, 0.0, 0.1611, id="0-of-20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1-of-29"),
    ],
)
def test_wilson(successes: int, known: int, low: float, high: float) -> None:
    """The 95 % interval, as it is printed elsewhere, to four places."""
    assert wilson(successes, known) == pytest.approx((low, high), abs=0.00005)


def test_wilson_of_nothing_is_nothing() -> None:
    """No data, no interval."""
    assert wilson(0, 0) == (None, None)


def test_wilson_is_where_the_score_test_turns() -> None:
    """By definition: its bounds p are the roots of (rate - p)^2 = z^2 p (1 - p) / n."""
    for known in range(1, 41):
        for successes in range(known + 1):
            rate = successes / known
            low, high = wilson(successes, known)

            assert low is not None
            assert high is not None
            assert 0.0 <= low <= rate <= high <= 1.0
            assert low < high
            for p in (low, high):
                assert (rate - p) ** 2 == pytest.approx(1.959963984540054**2 * p * (1 - p) / known)


def test_one_of_one_never_beats_95_of_100() -> None:
    """The lower bound is what effectiveness is ranked by."""
    assert (wilson(1, 1)[0] or 0.0) < (wilson(95, 100)[0] or 0.0)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        pytest.param([], 0.5, None, id="nothing"),
        pytest.param([7], 0.95, 7.0, id="one"),
        pytest.param([3, 1, 2], 0.5, 2.0, id="odd-median"),
        pytest.param([4, 1, 3, 2], 0.5, 2.5, id="even-median"),
        pytest.param([10, 20], 0.95, 19.5, id="between-two"),
        pytest.param([1, 2, 3, 4, 5], 0.95, 4.8, id="p95-of-five"),
        pytest.param([1, 2, 3, 4, 5], 0.0, 1.0, id="least"),
        pytest.param([1, 2, 3, 4, 5], 1.0, 5.0, id="most"),
    ],
)
def test_quantiles_are_interpolated(values: list[int], q: float, expected: float | None) -> None:
    """Linearly, between the two neighbours."""
    result = quantile_cont([Decimal(value) for value in values], q)

    assert result == (None if expected is None else pytest.approx(expected))


def test_the_average_of_nothing_is_nothing() -> None:
    """Never 0."""
    assert average([]) is None
    assert average([1, 2]) == 1.5


def test_measure_by_hand() -> None:
    """Unknowns are outside the rate; sessions are per project; nulls are in no average."""
    rows = [
        row("2026-08-03T09:00+00:00", "success", session_id="a", duration_ms="100", followups=2),
        row("2026-08-03T10:00+00:00", "success", session_id="a", duration_ms="200", followups=0),
        row("2026-08-03T11:00+00:00", "failure", project="q", session_id="a", duration_ms="600"),
        row("2026-08-03T12:00+00:00", "abandoned", project="q", quality_score="0.5"),
        row("2026-08-03T08:00+00:00", "unknown", project="q", quality_score="0.25"),
    ]

    low, high = wilson(2, 4)
    assert measure(rows) == Measures(
        total_invocations=5,
        successes=2,
        failures=1,
        abandoned=1,
        unknown=1,
        success_rate=0.5,
        success_rate_low=low,
        success_rate_high=high,
        avg_duration_ms=300.0,
        p50_duration_ms=200.0,
        p95_duration_ms=560.0,
        avg_quality_score=0.375,
        avg_followup_actions=1.0,
        projects=2,
        sessions=2,
        first_used=datetime(2026, 8, 3, 8, tzinfo=UTC),
        last_used=datetime(2026, 8, 3, 12, tzinfo=UTC),
    )


def test_measure_of_nothing_and_of_unknowns() -> None:
    """Without a verdict there is no rate, without rows there is no time."""
    nothing = measure([])
    unknowns = measure([row(outcome="unknown")])

    assert (nothing.total_invocations, nothing.projects, nothing.sessions) == (0, 0, 0)
    assert (nothing.first_used, nothing.last_used, nothing.avg_duration_ms) == (None, None, None)
    assert (unknowns.success_rate, unknowns.success_rate_low) == (None, None)
    assert unknowns.success_rate_high is None


# ---------------------------------------------------------------- the calendar


@pytest.mark.parametrize(
    ("at", "grain", "zone", "expected"),
    [
        # Los Angeles: 2026-11-01 has 25 hours, 2026-03-08 has 23.
        pytest.param("2026-11-01T06:59:59Z", "daily", ANGELES, "2026-10-31", id="before-long"),
        pytest.param("2026-11-01T07:00:00Z", "daily", ANGELES, "2026-11-01", id="long-first"),
        pytest.param("2026-11-02T07:59:59Z", "daily", ANGELES, "2026-11-01", id="long-last"),
        pytest.param("2026-11-02T08:00:00Z", "daily", ANGELES, "2026-11-02", id="after-long"),
        pytest.param("2026-03-08T08:00:00Z", "daily", ANGELES, "2026-03-08", id="short-first"),
        pytest.param("2026-03-09T06:59:59Z", "daily", ANGELES, "2026-03-08", id="short-last"),
        pytest.param("2026-03-09T07:00:00Z", "daily", ANGELES, "2026-03-09", id="after-short"),
        pytest.param("2026-08-02T18:14:59Z", "daily", KATHMANDU, "2026-08-02", id="kathmandu-last"),
        pytest.param("2026-08-02T18:15:00Z", "daily", KATHMANDU, "2026-08-03", id="kathmandu"),
        # 2027-01-01 is a Friday, in the ISO week that began on Monday 2026-12-28.
        pytest.param("2027-01-01T12:00:00Z", "weekly", UTC_ZONE, "2026-12-28", id="new-year"),
        pytest.param("2027-01-03T23:59:59Z", "weekly", UTC_ZONE, "2026-12-28", id="sunday"),
        pytest.param("2027-01-04T00:00:00Z", "weekly", UTC_ZONE, "2027-01-04", id="monday"),
        pytest.param("2027-01-04T07:59:59Z", "weekly", ANGELES, "2026-12-28", id="still-sunday"),
        pytest.param("2027-01-01T00:00:00Z", "monthly", UTC_ZONE, "2027-01-01", id="month"),
        pytest.param("2027-01-01T07:59:59Z", "monthly", ANGELES, "2026-12-01", id="still-december"),
        pytest.param("2027-01-01T07:59:59Z", "all", ANGELES, "1970-01-01", id="all"),
    ],
)
def test_buckets_are_cut_by_the_zone_s_clock(
    at: str, grain: Grain, zone: ZoneInfo, expected: str
) -> None:
    """Local days, ISO weeks from Monday, local months, one bucket for all."""
    start = bucket_start(datetime.fromisoformat(at), grain, zone)

    assert start == date.fromisoformat(expected)


def test_rollup_by_hand() -> None:
    """One skill on two days of two months in one week, in two projects."""
    rows = [
        row("2026-08-31T12:00+00:00", "success", project="p"),
        row("2026-08-31T13:00+00:00", "failure", project="p"),
        row("2026-09-01T12:00+00:00", "success", project="q"),
    ]

    totals = {
        (grain, start.isoformat(), project): (m.total_invocations, m.successes)
        for (grain, start, project, _, _), m in rollup(rows, UTC_ZONE).items()
    }

    assert totals == {
        ("daily", "2026-08-31", "p"): (2, 1),
        ("daily", "2026-08-31", "*"): (2, 1),
        ("daily", "2026-09-01", "q"): (1, 1),
        ("daily", "2026-09-01", "*"): (1, 1),
        ("weekly", "2026-08-31", "p"): (2, 1),
        ("weekly", "2026-08-31", "q"): (1, 1),
        ("weekly", "2026-08-31", "*"): (3, 2),
        ("monthly", "2026-08-01", "p"): (2, 1),
        ("monthly", "2026-08-01", "*"): (2, 1),
        ("monthly", "2026-09-01", "q"): (1, 1),
        ("monthly", "2026-09-01", "*"): (1, 1),
        ("all", "1970-01-01", "p"): (2, 1),
        ("all", "1970-01-01", "q"): (1, 1),
        ("all", "1970-01-01", "*"): (3, 2),
    }


def test_a_rollup_does_not_mix_kinds_or_names() -> None:
    """An agent may be called like a skill."""
    rows = [row(), row(kind="agent"), row(name="pytest-run")]

    totals = rollup(rows, UTC_ZONE)

    assert {key[3:] for key in totals} == {
        ("skill", "ruff-check"),
        ("agent", "ruff-check"),
        ("skill", "pytest-run"),
    }
    assert {m.total_invocations for m in totals.values()} == {1}


def test_a_range_includes_both_its_days() -> None:
    """By the zone's clock, open where a side is None."""
    rows = [
        row(at)
        for at in (
            "2026-11-01T06:59:59+00:00",
            "2026-11-01T07:00:00+00:00",
            "2026-11-02T07:59:59+00:00",
            "2026-11-02T08:00:00+00:00",
        )
    ]
    day = date(2026, 11, 1)

    assert in_range(rows, day, day, ANGELES) == rows[1:3]
    assert in_range(rows, day, None, ANGELES) == rows[1:]
    assert in_range(rows, None, day, ANGELES) == rows[:3]
    assert in_range(rows, None, None, ANGELES) == rows


# ---------------------------------------------------------------- the samples' own totals


def sample(writer: str) -> tuple[dict[str, Any], list[Row]]:
    """What a real writer left, raw and as rows."""
    text = (BY_WRITER / writer / ".session-buddy" / "skill_metrics.json").read_text("utf-8")
    return json.loads(text), read_document(text, "p", ANGELES)


@pytest.mark.parametrize("writer", WRITERS)
def test_every_writer_s_records_are_read(writer: str) -> None:
    """All fifteen, with the same eleven completed, three failed and one unfinished."""
    _, rows = sample(writer)

    assert Counter(r.outcome for r in rows) == {"success": 11, "failure": 3, "abandoned": 1}
    assert Counter(r.name for r in rows) == {"ruff-check": 5, "pytest-run": 5, "code-review": 5}
    assert {r.occurrence for r in rows} == {1}
    assert {r.session_id for r in rows} == (
        {"sess-1"} if writer.startswith("session-buddy") else {None}
    )


def test_naive_and_offset_writers_tell_the_same_times() -> None:
    """The samples are one afternoon of Los Angeles, written by each writer in its way."""
    times = [[r.invoked_at for r in sample(writer)[1]] for writer in WRITERS]

    assert all(each == times[0] for each in times)
    assert times[0][0] == datetime(2026, 8, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize("writer", [w for w in WRITERS if w not in TOTALLING_WRITERS])
def test_writers_without_totals_measured_nothing(writer: str) -> None:
    """Each of their durations is the placeholder or null."""
    raw, rows = sample(writer)

    assert list(raw) == ["invocations"]
    assert 0.01 in {record["duration_seconds"] for record in raw["invocations"]}
    assert {r.duration_ms for r in rows} == {None}


@pytest.mark.parametrize("writer", TOTALLING_WRITERS)
def test_a_writer_s_skills_aggregates_agree(writer: str) -> None:
    """The writer counts calls of its completer (so not the unfinished record), and adds up the
    durations of the completed ones."""
    raw, rows = sample(writer)

    assert set(raw["skills"]) == {r.name for r in rows}
    for name, totals in raw["skills"].items():
        ended = [r for r in rows if r.name == name and r.duration_ms is not None]
        done = [r for r in ended if r.outcome == "success"]
        measured = measure(ended)
        paths = Counter(r.workflow_path for r in ended if r.workflow_path is not None)
        assert totals["total_invocations"] == measured.total_invocations
        assert totals["completed_invocations"] == measured.successes
        assert totals["abandoned_invocations"] == measured.failures + measured.abandoned
        assert measured.success_rate == pytest.approx(totals["completion_rate"] / 100)
        assert measure(done).avg_duration_ms == pytest.approx(totals["avg_duration_seconds"] * 1000)
        assert totals["total_duration_seconds"] * 1000 == pytest.approx(
            float(sum(r.duration_ms for r in done if r.duration_ms is not None))
        )
        assert totals["workflow_paths"] == paths
        assert totals["common_errors"] == Counter(r.error_type for r in ended if r.error_type)
        assert totals["follow_up_actions"] == Counter(
            action for r in ended for action in r.followup_actions or ()
        )
        assert measured.first_used == instant_of(totals["first_invoked"], ANGELES)
        assert measured.last_used == instant_of(totals["last_invoked"], ANGELES)


@pytest.mark.parametrize("writer", [w for w in TOTALLING_WRITERS if w.endswith("-export")])
def test_an_export_s_summary_agrees(writer: str) -> None:
    """Its totals are those of the records that ended."""
    raw, rows = sample(writer)
    summary = raw["summary"]

    ended = measure([r for r in rows if r.duration_ms is not None])
    done = measure([r for r in rows if r.outcome == "success"])

    assert summary["total_skills"] == len({r.name for r in rows})
    assert summary["total_invocations"] == ended.total_invocations
    assert ended.success_rate == pytest.approx(summary["overall_completion_rate"] / 100)
    assert done.avg_duration_ms == pytest.approx(summary["avg_duration_seconds"] * 1000)


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_s_summary_agrees(agent: str) -> None:
    """summary.json was made from the very lines beside it, rounded to three places."""
    summary = json.loads((KAIZEN / ".kaizen/metrics" / agent / "summary.json").read_text("utf-8"))

    measured = measure(r for r in read_project(KAIZEN, "p", UTC_ZONE) if r.name == agent)

    assert measured.total_invocations == summary["execution_count"]
    assert measured.success_rate == pytest.approx(summary["success_rate"], abs=0.0005)
    assert measured.avg_quality_score == pytest.approx(summary["avg_quality_score"], abs=0.0005)
    assert measured.avg_duration_ms == pytest.approx(
        summary["avg_execution_time_s"] * 1000, abs=0.5
    )
    assert measured.last_used == instant_of(summary["last_execution"], UTC_ZONE)


def test_a_project_s_events_and_recommendations_are_no_rows() -> None:
    """Only the three agents' executions are, and no recommendation's subject."""
    rows = read_project(KAIZEN, "p", UTC_ZONE)

    assert {r.kind for r in rows} == {"agent"}
    assert Counter(r.name for r in rows) == {
        "optimizer": 21,
        "orchestrator": 219,
        "retired-agent": 106,
    }


def test_a_project_is_both_its_sources(tmp_path: Path) -> None:
    """Skills and agents, nested folders, bytes that are not UTF-8, and files of no concern."""
    skills = tmp_path / ".session-buddy"
    agents = tmp_path / ".kaizen" / "metrics" / "team" / "prüfer"
    skills.mkdir()
    agents.mkdir(parents=True)
    (skills / "skill_metrics.json").write_text(document({"completed": True}), "utf-8")
    (agents / "executions.jsonl").write_bytes(
        lines({}).encode() + lines({"agent": "X"}).encode().replace(b"X", b"\xff")
    )
    (agents / "summary.json").write_text("{}", "utf-8")

    rows = read_project(tmp_path, "p", LONDON)

    assert [(r.kind, r.name) for r in rows] == [("skill", "s"), ("agent", "team/prüfer")]
    assert [r.invoked_at.hour for r in rows] == [8, 9]


def test_a_project_s_files_are_read_by_path_and_only_files(tmp_path: Path) -> None:
    """Of one key in two files the last by path wins; a directory may be called like a file."""
    metrics = tmp_path / ".kaizen" / "metrics"
    for folder, seconds in [("c", 3), ("a", 1), ("d", 4), ("b", 2)]:
        (metrics / folder).mkdir(parents=True)
        text = lines({"agent": "x", "execution_time_s": seconds})
        (metrics / folder / "executions.jsonl").write_text(text, "utf-8")
    (metrics / "e" / "executions.jsonl").mkdir(parents=True)

    (only,) = read_project(tmp_path, "p", UTC_ZONE)

    assert only.duration_ms == Decimal(4000)


def test_an_empty_project_has_no_rows(tmp_path: Path) -> None:
    """Nothing there is not an error."""
    assert read_project(tmp_path, "p", UTC_ZONE) == []


def test_the_same_project_under_another_name_shares_no_key() -> None:
    """The project is a part of the identity."""
    rows = read_project(KAIZEN, "p", UTC_ZONE)
    others = [replace(r, project="q") for r in rows]

    assert len(merge(rows + others)) == 2 * len(rows)
    assert measure(rows + others).projects == 2
