"""The oracle is right: hand-computed cases, and the totals the real writers left."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oracle import (
    Kind,
    Outcome,
    Row,
    merge,
    read_document,
    read_lines,
)
from oracle_values import instant_of

ANGELES = ZoneInfo("America/Los_Angeles")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
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
