"""What answers cost an agent, on a hundred projects; and which skill gets worse, and where."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from aggregator.refresh import refresh
from collector.collect import collect
from collector.projects.registering import register
from conftest import invocation, write_skills
from mcp_agent import Agent, agent, structured, text
from schema.warehouse import Warehouse, now_utc

pytestmark = pytest.mark.xdist_group("mcp-sizes")

TYPES = ("web", "service", "library", "cli")
SKILLS = tuple(f"skill-{number:02}" for number in range(20))
WORSE, WORSE_IN = SKILLS[3], "web"
"""The planted story: from 90 % to 30 %, in projects of one type, in the last 30 days."""

BYTES = {
    "get_top_skills": 16_000,
    "analyze_skill_effectiveness": 20_000,
    "compare_skill_across_projects": 20_000,
    "get_skill_summary": 12_000,
    "get_skill_trends": 3_000,
    "get_cross_project_insights": 20_000,
    "find_effective_patterns": 3_000,
    "find_skills": 10_000,
    "list_skills": 10_000,
    "get_workflow_recommendations": 20_000,
    "get_experiments": 20_000,
    "get_team": 20_000,
    "list_registered_projects": 16_000,
    "health_check": 1_000,
}
"""The most that the first page of each tool may take, its text included."""


def records(dice: random.Random, kind: str) -> Iterator[dict[str, object]]:
    """120 days of one project: six skills, in sessions of a few uses."""
    now = now_utc()
    own = [WORSE, *dice.sample([skill for skill in SKILLS if skill != WORSE], 5)]
    for back in range(1, 125, 4):
        at = now - timedelta(days=back, hours=dice.randrange(6))
        for place, skill in enumerate(dice.sample(own, len(own))):
            is_bad = skill == WORSE and kind == WORSE_IN and back <= 30
            yield invocation(
                skill,
                (at + timedelta(minutes=place)).replace(tzinfo=None).isoformat(),
                session_id=f"s-{back}",
                completed=dice.random() < (0.3 if is_bad else 0.9),
                duration_seconds=round(dice.lognormvariate(3, 0.5), 3),
            )


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent of a warehouse with 100 projects of four types."""
    root, dice, now = tmp_path_factory.mktemp("hundred"), random.Random(6), now_utc()
    warehouse = Warehouse(root / "data" / "warehouse.duckdb", "UTC")
    with warehouse.writing() as con:
        for number in range(100):
            kind = TYPES[number % 4]
            folder = root / f"project-{number:02}"
            write_skills(folder, {"invocations": list(records(dice, kind)), "last_updated": ""})
            register(con, folder, now=now, default_timezone="UTC", project_type=kind)
    collect(warehouse, now=now)
    refresh(warehouse, now=now)
    with agent(warehouse.path) as asking:
        yield asking


def cost(done: Any) -> int:
    """Bytes of an answer, as they are sent."""
    numbers = json.dumps(done.structured_content, ensure_ascii=False, separators=(",", ":"))
    return len(numbers.encode()) + len(text(done).encode())


@pytest.mark.slow
def test_each_tool_keeps_within_its_bytes(hundred: Agent) -> None:
    """The first page of every tool, on 100 projects: all that is counted is in the text as well."""
    sizes = {}
    for tool in hundred.do(hundred.client.list_tools()).tools:
        required = tool.input_schema.get("required", ())
        given = {"name": WORSE, "query": "run the tests"}
        done = hundred(tool.name, **{name: given[name] for name in required})
        found = structured(done)
        sizes[tool.name] = cost(done)
        for answer in found["answers"]:
            for row in answer["data"]:
                name = row.get("skill_name") or row.get("project_name")
                assert name is None or name in text(done)

    assert set(sizes) == set(BYTES)
    assert {name: size for name, size in sizes.items() if size > BYTES[name]} == {}


@pytest.mark.slow
def test_what_gets_worse_and_where_is_one_call(hundred: Agent) -> None:
    """In less than 3 kB: the planted skill first, its numbers, and the type in which it fails."""
    done = hundred("get_skill_trends")
    [answer] = structured(done)["answers"]

    assert cost(done) < 3_000
    first = answer["data"][0]
    [finding, *_] = first["comparison"]["findings"]
    assert (first["skill_name"], first["status"]) == (WORSE, "needs attention")
    assert finding["finding"] in ("worse", "failing")
    assert WORSE_IN in finding["where"]["in_words"]
    assert finding["current"]["success_rate"] < 0.5
    told = [line for line in text(done).splitlines() if WORSE in line]
    assert len(told) == 1
    assert "needs attention" in told[0]
    assert WORSE_IN in told[0]


@pytest.mark.slow
@pytest.mark.parametrize("by", ["project", "type"])
def test_the_parts_of_one_skill_begin_with_those_that_explain_it(hundred: Agent, by: str) -> None:
    """Of 100 projects the worst fit, of four types all; more is said to be left out."""
    done = hundred("get_skill_trends", name=WORSE, by=by)
    found = structured(done)
    [row] = found["answers"][0]["data"]

    assert cost(done) < 3_000
    parts = row[f"by_{by}"]
    if by == "type":
        assert parts[0]["project_type"] == WORSE_IN
        assert len(parts) == len(TYPES)
    else:
        numbers = [int(part["project_name"].partition("-")[2]) for part in parts]
        assert all(TYPES[number % 4] == WORSE_IN for number in numbers)
        assert found["page"]["shortened"]
        assert len(numbers) >= 4
    for part in parts:
        assert str(part["project_name" if by == "project" else "project_type"]) in text(done)


@pytest.mark.slow
def test_parts_without_a_name_are_a_sentence(hundred: Agent) -> None:
    """``by`` is about one skill; without one it says what to do."""
    done = hundred("get_skill_trends", by="type")

    assert done.is_error
    assert text(done) == "by: This needs a name. Name one skill or agent."
