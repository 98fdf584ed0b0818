"""An execution is what its writer's own form is; whatever else lies beside it is only counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bulk import reader
from conftest import Fleet, execution, write_executions
from stored import stored_rows
from test_collect_properties import life, quick

TIMED = {"timestamp": "2026-11-20T10:00:01Z"}
ENTRY = {**TIMED, "agent": "a", "recommendations": [{"type": "speed"}]}


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def counted(fleet: Fleet) -> tuple[int, ...]:
    """Executions, optimizer's entries, rejects and what was ignored, of all files."""
    [found] = fleet.query(
        "select (select count(*) from skill_usage), (select count(*) from agent_recommendations),"
        " sum(rejected), sum(ignored) from source_files"
    )
    return tuple(int(str(number)) for number in found)


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        pytest.param("executions.jsonl", execution(), (1, 0, 0, 0), id="execution"),
        pytest.param("executions.jsonl", {**TIMED, "success": None}, (1, 0, 0, 0), id="no-verdict"),
        pytest.param("executions.jsonl", {**execution(), "event": "x"}, (1, 0, 0, 0), id="any-key"),
        pytest.param("executions.jsonl", {"success": True}, (0, 0, 1, 0), id="no-time"),
        pytest.param("executions.jsonl", {**TIMED, "agent": "a"}, (0, 0, 0, 1), id="no-success"),
        pytest.param("executions.jsonl", {**TIMED, "event": "x"}, (0, 0, 0, 1), id="event"),
        pytest.param("executions.jsonl", {}, (0, 0, 0, 1), id="empty"),
        pytest.param("executions.jsonl", ENTRY, (0, 1, 0, 0), id="entry-among-executions"),
        pytest.param("recommendations.jsonl", ENTRY, (0, 1, 0, 0), id="entry"),
        pytest.param("recommendations.jsonl", execution(), (0, 0, 0, 1), id="execution-elsewhere"),
        pytest.param("stage_metrics.jsonl", execution(), (0, 0, 0, 1), id="another-file"),
        pytest.param("stage_metrics.jsonl", ENTRY, (0, 0, 0, 1), id="entry-in-another-file"),
        pytest.param("history.jsonl", {**TIMED, "cursor": 1}, (0, 0, 0, 1), id="a-memory"),
        pytest.param("my-executions.jsonl", execution(), (0, 0, 0, 1), id="name-that-ends-so"),
    ],
)
@pytest.mark.parametrize("from_bytes", [reader.BULK_FROM_BYTES, 0], ids=["record", "bulk"])
def test_what_a_line_is(
    fleet: Fleet,
    name: str,
    record: dict[str, object],
    expected: tuple[int, ...],
    from_bytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Told by its file's name and by whether it says anything of success."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", from_bytes)
    file = write_executions(fleet.project(), "reviewer", lines(record))
    file.rename(file.with_name(name))

    fleet.collect()

    assert counted(fleet) == expected


def test_a_file_of_another_kind_is_never_a_fault(fleet: Fleet) -> None:
    """Its lines may be no JSON, no text, and its last one cut off."""
    file = write_executions(fleet.project(), "a", b'words\n\xff\xfe\n\n[1]\n{"cut')
    file.rename(file.with_name("trace.jsonl"))

    done = fleet.collect()

    assert counted(fleet) == (0, 0, 0, 3)
    assert (done.problems, done.notes) == ([], [])


def test_a_flat_file_s_agent_is_the_one_it_names(fleet: Fleet) -> None:
    """No folder says whose an execution is."""
    folder = fleet.project()
    file = write_executions(folder, "", lines(execution(agent="named"), {**TIMED, "success": True}))
    assert file.parent.name == "metrics"

    fleet.collect()

    assert [row.name for row in stored_rows(fleet.warehouse)] == ["named"]
    assert counted(fleet) == (1, 0, 0, 1)


keys = st.sampled_from(
    ["agent", "timestamp", "event", "phase", "skill_id", "content", "metrics_count", "value"]
)
others: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    keys, st.sampled_from(["x", 1, None, True, [], {}, "2026-11-20T10:00:00Z"]), max_size=5
)
names = st.sampled_from(["executions.jsonl", "stage.jsonl", "recommendations.jsonl", "x.jsonl"])


@quick
@given(st.lists(st.tuples(names, others), max_size=12))
def test_nothing_is_guessed_into_an_execution(written: list[tuple[str, dict[str, object]]]) -> None:
    """Whatever records of other kinds say, each is counted once and none is stored or refused."""
    with life() as lived:
        for name, record in written:
            file: Path = lived.folder / ".kaizen" / "metrics" / "a" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a") as writer:
                writer.write(lines(record))
        lived.fleet.collect()

        found = lived.fleet.query(
            "select coalesce(sum(records + rejected), 0), coalesce(sum(ignored), 0)"
            " from source_files"
        )

    assert found == [(0, len(written))]
