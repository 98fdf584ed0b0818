"""The oracle and the totals that writers left in the samples."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oracle import (
    Row,
    measure,
    merge,
    read_document,
    read_project,
)
from oracle_values import instant_of
from places import SAMPLES
from test_oracle import ANGELES, UTC_ZONE, document, lines

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

LONDON = ZoneInfo("Europe/London")


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
