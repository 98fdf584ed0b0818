"""``sql`` of ``import skillhouse``: a person's own query, its values and its frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars
import pytest

import skillhouse
import skillhouse.warehouse
from command_line import Program
from fleets import DEMO, Demo, demo_fleet
from schema.errors import SkillhouseError


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


@pytest.fixture
def run(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program on the demo's warehouse, at its moment, as ``import skillhouse`` is too."""
    program = Program(tmp_path, capsys, monkeypatch)
    demo.copied_to(program.warehouse)
    program.now = DEMO
    monkeypatch.setattr(skillhouse.warehouse, "now_utc", lambda: DEMO)
    return program


def test_a_query_is_answered_with_values_and_frames(run: Program) -> None:
    """Against the typed answer; columns without a library for instants."""
    warehouse = skillhouse.open()
    top = {row.skill_name: row.total_invocations for row in warehouse.top_skills(limit=100)}

    found = warehouse.sql("select skill_name, count(*) as uses from skill_usage group by all")

    assert dict(found.rows) == top  # type: ignore[arg-type]
    assert {str(row["skill_name"]): row["uses"] for row in found} == top
    assert dict(found.pl().iter_rows()) == top
    assert dict(found.df().itertuples(index=False)) == top
    assert found.columns == ("skill_name", "uses")


def test_types_of_a_query_s_frame_do_not_depend_on_its_rows(run: Program) -> None:
    """An empty result has the columns and types of a full one; also what is larger than 64 bits."""
    query = """
        select invoked_at, local_time, day, duration_ms, occurrence, followup_names, kind,
            sum(occurrence) over () as total, interval 90 minutes as pause, time '10:30' as at_time,
            'x'::blob as bytes, true as flag, 1.5::float as half, null as nothing
        from skill_usage
    """
    full, empty = (skillhouse.open().sql(query, limit=5) for _ in range(2))
    empty = skillhouse.open().sql(query + " where false")

    assert full.pl().schema == empty.pl().schema
    assert list(full.df().dtypes) == list(empty.df().dtypes)
    assert full.pl().schema["invoked_at"] == polars.Datetime("us", "UTC")
    assert full.pl().schema["total"] == polars.Int64
    assert full.more
    assert not empty.more
    large = skillhouse.open().sql("select 170141183460469231731687303715884105727 as n")
    assert large.pl()["n"].to_list() == [float(2**127 - 1)]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda w: w.sql("delete from skill_usage"), "only queries that read"),
        (lambda w: w.sql("select 1", timeout=0), "timeout of 0 seconds"),
        (lambda w: w.sql("select 1", timeout="5"), "timeout is a number"),
        (lambda w: w.sql("select 1", limit=0), "limit cannot be 0"),
        (lambda w: w.sql(7), "query is a text"),
    ],
)
def test_wrong_queries_are_told_in_a_sentence(
    run: Program, ask: Callable[[skillhouse.Warehouse], object], words: str
) -> None:
    """In the words of Python."""
    with pytest.raises(SkillhouseError, match=words):
        ask(skillhouse.open())
