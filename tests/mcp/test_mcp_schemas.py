"""What is listed of the tools, and the schemas that their answers hold to."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from cli.demo.fleet import STORIES
from fleets import demo_fleet
from mcp_agent import Agent, agent, structured, text
from schema.warehouse import now_utc

pytestmark = pytest.mark.xdist_group("mcp")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    now = now_utc().replace(minute=0, second=0, microsecond=0)
    with agent(demo_fleet(tmp_path_factory, now, 7).refreshed.path) as asking:
        yield asking


def test_what_is_listed_does_not_fill_an_agent_s_context(ask: Agent) -> None:
    """What every client shows a model takes little more than one answer may; with the schemas of
    what the tools send, which few do, it is up to five times that."""
    tools = ask.do(ask.client.list_tools()).tools

    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    shown = [{k: v for k, v in tool.items() if k != "outputSchema"} for tool in listed]
    assert len(compact(shown)) < 24_000
    assert len(compact(listed)) < 100_000


def compact(value: object) -> bytes:
    """As it is sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("limit", [1, 20])
def test_every_answer_has_the_fields_that_its_schema_names(ask: Agent, limit: int) -> None:
    """Each field of a row and of the totals is named in the tool's schema, with its type."""
    for tool in ask.do(ask.client.list_tools()).tools:
        takes = tool.input_schema["properties"]
        asked: dict[str, object] = {"limit": limit} if "limit" in takes else {}
        given = {"name": STORIES.degrading, "query": "run the tests"}
        asked |= {name: given[name] for name in tool.input_schema.get("required", ())}
        if "all_rows" in takes:
            asked["all_rows"] = True
        found = structured(ask(tool.name, **asked))

        assert tool.output_schema is not None
        Draft202012Validator(tool.output_schema).validate(found)
        of_answers = tool.output_schema["properties"]["answers"]["items"]
        by_command = {
            each["properties"]["command"]["const"]: each["properties"]
            for each in of_answers.get("anyOf", [of_answers])
        }
        for answer in found["answers"]:
            named = by_command[answer["command"]]
            assert set(answer["totals"]) <= set(named["totals"].get("properties", {}))
            for row in answer["data"]:
                assert set(row) <= set(named["data"]["items"]["properties"])


def test_a_state_in_which_all_is_well_is_short(ask: Agent) -> None:
    """Less than 1,000 bytes, text and numbers together."""
    done = ask("health_check")
    [answer] = structured(done)["answers"]
    [row] = answer["data"]

    assert len(compact(done.structured_content)) + len(text(done).encode()) < 1_000
    assert text(done).startswith("No problems; ")
    assert {"rows", "last_success_at", "stale_buckets", "schedule"} <= set(row)
