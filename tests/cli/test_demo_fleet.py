"""The demo's fleet on disk: the bytes that its tools would have written."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks import volume
from benchmarks.fleet import BEGIN, END, ZONE
from cli.demo import codex, kaizen, skill_metrics
from cli.demo.client_sessions import client_sessions
from cli.demo.fleet import CLIENTS, PLANS, Plan, invent, write_fleet
from cli.demo.history import Use, zulu
from collector.transcripts import opt_in, roots
from collector.transcripts.owners import Owners
from collector.transcripts.reading import read
from collector.transcripts.reconcile import Store

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def _contents(root: Path) -> dict[Path, bytes]:
    return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_one_seed_gives_one_fleet(tmp_path: Path) -> None:
    """The same seed and moment give the same bytes, another seed gives others."""
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        write_fleet(tmp_path / name, NOW, seed)

    assert _contents(tmp_path / "one") == _contents(tmp_path / "again")
    assert _contents(tmp_path / "one") != _contents(tmp_path / "other")


def test_files_are_json_as_python_writes_it(tmp_path: Path) -> None:
    """Every document and every line is what `json.dumps` makes of its content, to the byte."""
    write_fleet(tmp_path, NOW)

    documents = sorted(tmp_path.rglob("skill_metrics.json"))
    for path in documents:
        text = path.read_text(encoding="ascii")
        assert json.dumps(json.loads(text), indent=2) == text
    lines = sorted(tmp_path.rglob("*.jsonl"))
    for path in lines:
        for line in path.read_text(encoding="ascii").splitlines():
            assert json.dumps(json.loads(line)) == line
    for path in tmp_path.rglob("executions.jsonl"):
        for line in path.read_text(encoding="ascii").splitlines():
            assert json.dumps(json.loads(line), sort_keys=True) == line
    assert len(documents) == len(PLANS)
    assert lines


@pytest.mark.parametrize("plan", PLANS, ids=[f"{plan.shape}-{plan.name}" for plan in PLANS])
def test_a_document_says_what_happened(tmp_path: Path, plan: Plan) -> None:
    """Each record has its use's values, and totals count the uses that have ended."""
    history = invent(NOW, 3)[plan.name]
    skill_metrics.write(tmp_path, history)

    document = json.loads((tmp_path / skill_metrics.FILE).read_text(encoding="ascii"))
    assert len(document["invocations"]) == len(history.uses)
    for record, use in zip(document["invocations"], history.uses, strict=True):
        at = datetime.fromisoformat(record.pop("invoked_at"))
        assert (at if at.tzinfo else at.replace(tzinfo=history.zone)) == use.invoked_at
        absent = set(use._fields) - record.keys() - {"invoked_at"}
        assert absent == (set(skill_metrics.NOT_IN_A) if history.shape == "A" else set())
        for key, value in record.items():
            meant = getattr(use, key)
            assert value == (list(meant) if isinstance(value, list) else meant)
    for name, totals in document.get("skills", {}).items():
        ended = [
            use
            for use in history.uses
            if use.skill_name == name and use.duration_seconds is not None
        ]
        completed = [use.duration_seconds or 0.0 for use in ended if use.completed]
        assert totals["total_invocations"] == len(ended)
        assert totals["total_duration_seconds"] == pytest.approx(sum(completed))
        assert sum(totals["common_errors"].values()) == sum(bool(use.error_type) for use in ended)


def test_volume_is_written_like_stories(tmp_path: Path) -> None:
    """What the benchmarks write by the million is JSON to the byte too, in two years of time."""
    uses = list(volume.uses(random.Random(1), 2_000))
    skill_metrics.write_document(tmp_path, "B", uses, volume.use_stamp, "2025-06-25T00:00:00")
    kaizen.write_runs(tmp_path, "planner", volume.runs(random.Random(1), 2, 2_000), zulu)

    text = (tmp_path / skill_metrics.FILE).read_text(encoding="ascii")
    assert json.dumps(json.loads(text), indent=2) == text
    assert len(json.loads(text)["invocations"]) == 2_000
    for line in kaizen.runs_file(tmp_path, "planner").read_text(encoding="ascii").splitlines():
        assert json.dumps(json.loads(line), sort_keys=True) == line
    assert all(BEGIN <= use.invoked_at < END + volume.LONGEST_SESSION for use in uses)


def test_volume_spells_times_in_several_ways() -> None:
    """About one use in ten has a local time; whatever the spelling, it is the same instant."""
    zone = ZoneInfo(ZONE)
    uses = list(volume.uses(random.Random(2), 4_000))
    spelled = [datetime.fromisoformat(volume.use_stamp(use.invoked_at)) for use in uses]

    naive = [at for at in spelled if at.tzinfo is None]
    assert 0.07 < len(naive) / len(spelled) < 0.13
    for at, use in zip(spelled, uses, strict=True):
        if at.tzinfo is None:
            assert at == use.invoked_at.astimezone(zone).replace(tzinfo=None)
        else:
            assert at == use.invoked_at


@pytest.mark.parametrize("seed", range(3))
def test_transcripts_tell_what_happened(tmp_path: Path, seed: int) -> None:
    """Each use and each run of an agent of the last month, as the clients' reader tells it; of
    Codex only what a person typed."""
    home, projects = tmp_path / "home", tmp_path / "projects"
    write_fleet(projects, NOW, seed, home)
    store, owner = Store(), Owners({str(projects / name): name for name in CLIENTS})
    for place in opt_in.default_places({}, home):
        for found in roots.find(place.source, place.path):
            assert isinstance(found, roots.Found)
            reading = read(found, None, owner)
            assert reading.rejects == []
            store.add(reading.facts)
    told = [
        (
            row.owner,
            row.kind,
            row.name,
            row.session_id,
            row.outcome,
            row.invoked_us // 1000,
            row.tokens and row.tokens.total,
        )
        for row in store.rows()
    ]

    wanted: list[tuple[object, ...]] = []
    for name, write in CLIENTS.items():
        history = invent(NOW, seed)[name]
        for session in client_sessions(history, random.Random(f"{seed}/{name}")):
            thread = codex.thread_id(session)
            session_id = thread if write is codex.write else session.session_id
            for turn in session.turns:
                use = turn.use
                if turn.is_typed or write is not codex.write:
                    at = _milliseconds(use.invoked_at)
                    wanted.append(
                        (name, "skill", use.skill_name, session_id, _outcome(use), at, None)
                    )
                for run in turn.agents:
                    outcome = "success" if run.success else "failure"
                    stated = run.success or write is codex.write
                    tokens = sum(run.tokens) if stated else None
                    at = _milliseconds(run.at)
                    wanted.append((name, "agent", run.name, session_id, outcome, at, tokens))
    assert sorted(told, key=repr) == sorted(wanted, key=repr)
    assert {row[1] for row in told} == {"skill", "agent"}


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _outcome(use: Use) -> str:
    if use.completed:
        return "success"
    if use.error_type is not None:
        return "failure"
    return "unknown" if use.duration_seconds is None else "abandoned"
