"""Agents get what the command line says, with the library's own client over stdin and stdout."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp.shared.exceptions import MCPError

import cli.main
from cli.demo.fleet import STORIES
from cli.mcp_server.tools import COMPARED, TOOLS
from command_line import TOP, faults, start
from conftest import invocation, write_skills
from fleets import demo_fleet
from mcp_agent import Agent, agent, as_sent, structured, text
from schema.warehouse import Warehouse, now_utc

pytestmark = pytest.mark.xdist_group("mcp")

READ = {
    "get_top_skills",
    "analyze_skill_effectiveness",
    "compare_skill_across_projects",
    "get_skill_summary",
    "get_skill_trends",
    "get_cross_project_insights",
    "find_effective_patterns",
    "find_skills",
    "list_skills",
    "get_workflow_recommendations",
    "get_experiments",
    "get_team",
    "list_registered_projects",
    "health_check",
}
WRITE = {
    "register_project",
    "unregister_project",
    "collect_skill_metrics",
    "compute_aggregates",
}
ABOUT_A_NAME = (
    "analyze_skill_effectiveness",
    "compare_skill_across_projects",
    "get_skill_summary",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    now = now_utc().replace(minute=0, second=0, microsecond=0)
    return demo_fleet(tmp_path_factory, now, 7).refreshed


@pytest.fixture(scope="module")
def ask(demo: Warehouse) -> Iterator[Agent]:
    with agent(demo.path) as asking:
        yield asking


@pytest.fixture(scope="module")
def ask_all(demo: Warehouse) -> Iterator[Agent]:
    """With paths."""
    with agent(demo.path, "--show-paths") as asking:
        yield asking


def said(warehouse: Warehouse, *words: str) -> dict[str, Any]:
    """What the command line says with --json."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as end:
        cli.main.main([*words, "--json", "--warehouse", str(warehouse.path)])
    assert not end.value.code
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def timeless(envelope: dict[str, Any]) -> dict[str, Any]:
    """Rounded, without what differs from one second to the next, and the limit, which pages have
    not."""
    told: dict[str, Any] = as_sent(envelope)
    told.pop("generated_at")
    told["filters"].pop("limit", None)
    for row in told["data"]:
        row.pop("age_s", None)
        for project in row.get("projects", []) if told["command"] == "status" else []:
            project.pop("lag_s")
    return told


# ---------------------------------------------------------------- what is offered


def test_tools_are_listed_with_valid_schemas_and_marked_as_reading(ask: Agent) -> None:
    """And nothing that writes is there."""
    tools = ask.do(ask.client.list_tools()).tools

    assert {tool.name for tool in tools} == READ
    for tool in tools:
        for schema in (tool.input_schema, tool.output_schema):
            assert schema is not None
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        assert tool.title
        assert tool.description


@pytest.mark.parametrize("tool", sorted(WRITE))
def test_nothing_is_written_unless_it_was_allowed(ask: Agent, tool: str) -> None:
    """The tools that write are not there, rather than refused."""
    with pytest.raises(MCPError, match="There is no tool named"):
        ask(tool)


def test_resources_hold_the_dictionary_and_the_summary(ask: Agent, demo: Warehouse) -> None:
    """The page as it is in the documents, the summary as the command says it."""
    listed = ask.do(ask.client.list_resources()).resources
    by_name = {each.name: ask.do(ask.client.read_resource(each.uri)).contents[0] for each in listed}

    page = (TOP / "docs" / "data-dictionary.md").read_text("utf-8")
    assert by_name["data-dictionary"].text == page  # type: ignore[union-attr]
    summary = json.loads(by_name["summary"].text)  # type: ignore[union-attr]
    assert timeless(summary) == timeless(said(demo, "summary"))
    with pytest.raises(MCPError, match="There is no resource"):
        ask.do(ask.client.read_resource("skillhouse://nothing"))


def test_the_prompt_asks_for_a_review(ask: Agent) -> None:
    """It names only tools that are there; a project's name is quoted."""
    [prompt] = ask.do(ask.client.list_prompts()).prompts

    of_one = ask.do(ask.client.get_prompt(prompt.name, {"project": 'a"b'}))
    of_all = ask.do(ask.client.get_prompt(prompt.name))

    assert prompt.title == "Review my skills"
    assert r'["a\"b"]' in str(of_one.messages[0].content.text)  # type: ignore[union-attr]
    spoken = of_all.messages[0].content.text  # type: ignore[union-attr]
    assert {word for word in READ if word in spoken} >= {"health_check", "get_skill_summary"}
    with pytest.raises(MCPError, match="There is no prompt"):
        ask.do(ask.client.get_prompt("nothing"))


def test_the_page_names_every_tool_and_its_examples_are_json() -> None:
    """docs/mcp.md, from which people copy into their clients."""
    page = (TOP / "docs" / "mcp.md").read_text("utf-8")

    assert {tool.name for tool in TOOLS if f"`{tool.name}`" in page} == READ | WRITE
    examples = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    clients = [each for example in examples for each in example.values() if "skillhouse" in each]
    for servers in clients:
        called = servers["skillhouse"]
        assert (called["command"], called["args"]) == ("skillhouse", ["mcp"])
    # The other one is the line of a client's status.
    assert (len(clients), len(examples)) == (2, 3)


# ---------------------------------------------------------------- the same numbers

SAME: list[tuple[str, dict[str, object], list[list[str]]]] = [
    ("get_top_skills", {}, [["top-skills"]]),
    ("get_experiments", {}, [["experiment", "list"]]),
    (
        "get_top_skills",
        {"days": 30, "sort": "effectiveness", "kind": "skill", "min_uses": 5, "limit": 4},
        [
            [
                *("top-skills", "--days", "30", "--sort", "effectiveness", "--kind", "skill"),
                *("--min-uses", "5"),
            ]
        ],
    ),
    (
        "get_top_skills",
        {"since": "2026-01-01", "until": "2026-06-30", "projects": ["atlas-cli"]},
        [
            [
                *("top-skills", "--since", "2026-01-01", "--until", "2026-06-30"),
                *("--project", "atlas-cli"),
            ]
        ],
    ),
    ("get_top_skills", {"projects": '["atlas-cli"]'}, [["top-skills", "--project", "atlas-cli"]]),
    (
        "analyze_skill_effectiveness",
        {"name": STORIES.failing, "days": 90},
        [["effectiveness", STORIES.failing, "--days", "90"]],
    ),
    (
        "compare_skill_across_projects",
        {"name": STORIES.failing, "limit": 3},
        [["compare", STORIES.failing]],
    ),
    (
        "find_effective_patterns",
        {"days": 365, "min_times": 5, "all_rows": True},
        [
            ["patterns", "transitions", "--days", "365", "--min-times", "5", "--limit", "100000"],
            ["patterns", "pairs", "--days", "365", "--min-sessions", "5", "--limit", "100000"],
        ],
    ),
    (
        "find_effective_patterns",
        {"pattern": "pairs", "sort_pairs": "together", "name": "code-review", "all_rows": True},
        [["patterns", "pairs", "code-review", "--sort", "together"]],
    ),
    (
        "find_skills",
        {"query": "review the code", "wordings": ["code review"], "limit": 2},
        [["find", "review the code", "--also", "code review", "--limit", "100000"]],
    ),
    ("list_skills", {"state": "never"}, [["skills", "--state", "never", "--limit", "100000"]]),
    (
        "get_workflow_recommendations",
        {"task": "review the code", "projects": ["atlas-cli"]},
        [
            ["recommend", "--project", "atlas-cli"],
            ["patterns", "transitions", "--project", "atlas-cli"],
            ["workflows", "--project", "atlas-cli"],
            ["find", "review the code", "--project", "atlas-cli", "--elsewhere", "--limit", "99"],
        ],
    ),
    (
        "get_workflow_recommendations",
        {},
        [["recommend"], ["patterns", "transitions"], ["workflows"]],
    ),
    (
        "get_workflow_recommendations",
        {"action": "fix"},
        [["recommend", "--action", "fix"], ["patterns", "transitions"], ["workflows"]],
    ),
]


@pytest.mark.parametrize(("tool", "asked", "lines"), SAME, ids=lambda each: str(each)[:60])
def test_a_tool_says_what_the_command_says(
    ask: Agent,
    demo: Warehouse,
    tool: str,
    asked: dict[str, object],
    lines: list[list[str]],
) -> None:
    """All pages put together are the command's rows; envelope, filters and totals are its own."""
    answers = ask.answers(tool, **asked)

    expected = [said(demo, *line) for line in lines]
    for each in expected:
        if each["command"] == "compare":
            each["data"].sort(key=lambda row: row["group"] != "type")
            for row in each["data"]:
                del row["compared"]["duration"]
        if each["command"] == "effectiveness":
            for row, name in product(each["data"], COMPARED):
                del row[name]
        if each["command"] == "find":
            for place in (place for row in each["data"] for place in row["places"]):
                del place["path"]
            # A task in the user's words stays with whoever asked.
            del each["filters"]["question"], each["filters"]["also"]
        if each["command"] == "skills":
            for row, sent in zip(each["data"], answers[0]["data"], strict=True):
                del row["path"]
                # A long text is cut on its way.
                assert row["description"].startswith(sent["description"][:200])
                row["description"] = sent["description"]
            over = [listing for listing in each["totals"]["listings"] if listing["over"]]
            assert [listing["project_name"] for listing in over] == ["storefront-web"]
            each["totals"]["listings"] = over
        if tool == "get_workflow_recommendations" and each["command"] == "patterns transitions":
            each["data"] = [row for row in each["data"] if row["follows"] == "more than chance"]
    assert [timeless(each) for each in answers] == [timeless(each) for each in expected]
    for answer in answers:
        if answer["command"] not in ("compare", "effectiveness", "find", "skills"):
            assert faults(answer, str(answer["command"]).replace(" ", "-")) == []
        filters = answer["filters"]
        assert "limit" not in filters or filters["limit"] == asked.get("limit", 20)


def test_with_paths_the_projects_are_what_the_command_says(
    ask_all: Agent, ask: Agent, demo: Warehouse
) -> None:
    """And without, the same but for them."""
    [answer] = ask_all.answers("list_registered_projects")
    [private] = ask.answers("list_registered_projects")

    assert timeless(answer) == timeless(said(demo, "projects"))
    assert faults(answer, "projects") == []
    for row in answer["data"]:
        assert row.pop("project_path")
    assert timeless(private) == timeless(answer)


def test_the_state_is_what_the_command_says(ask: Agent, demo: Warehouse) -> None:
    """Of a warehouse in which all is well fewer fields, each as the command has it."""
    [answer] = ask.answers("health_check")
    [row] = answer["data"]
    [whole] = said(demo, "status")["data"]

    row.pop("age_s")
    assert row == as_sent({name: whole[name] for name in row})


def test_a_skill_s_summary_is_its_health_and_its_headline(ask: Agent, demo: Warehouse) -> None:
    """Both as the commands say them, without the long lists."""
    health, effectiveness = ask.answers("get_skill_summary", name=STORIES.degrading)

    full_health = said(demo, "health", STORIES.degrading)
    full = said(demo, "effectiveness", STORIES.degrading)
    for row in full_health["data"]:
        del row["by_project"], row["by_type"]
    for row in full["data"]:
        for name in ("by_project", "by_workflow_path", "followups", "comparison", *COMPARED):
            del row[name]
    assert timeless(health) == timeless(full_health)
    assert timeless(effectiveness) == timeless(full)


def test_insights_are_what_stands_out(ask: Agent, demo: Warehouse) -> None:
    """The summary and the anomalies as they are, of the health board the names that stand out."""
    health, summary, anomalies = ask.answers("get_cross_project_insights")

    board = said(demo, "health")
    whole = said(demo, "summary")
    for row in whole["data"][0]["changed"]:
        del row["comparison"]
    assert timeless(summary) == timeless(whole)
    assert timeless(anomalies) == timeless(said(demo, "anomalies"))
    board = as_sent(board)
    assert health["totals"] == board["totals"]
    named = {row["skill_name"] for row in health["data"]}
    assert named >= {STORIES.degrading, STORIES.failing}
    by_name = {row["skill_name"]: row for row in board["data"]}
    for row in health["data"]:
        for name, value in row.pop("comparison").items():
            assert value == by_name[row["skill_name"]]["comparison"][name]
        assert row == {name: by_name[row["skill_name"]][name] for name in row}
    levels = [by_name[row["skill_name"]]["comparison"]["level"] for row in health["data"]]
    assert levels == sorted(levels, key=lambda level: level is None)


def test_the_text_says_what_was_found_with_zone_span_and_freshness(ask: Agent) -> None:
    """For clients that show their model nothing else."""
    told = text(ask("get_top_skills", days=30, limit=2))

    first, about, *rows, more = told.splitlines()
    assert first.split()[1] == "uses"
    assert [row.split()[:2] for row in rows] == [["-", "1."], ["-", "2."]]
    assert "zone UTC" in about
    assert "collected" in about
    assert "next page with cursor" in more


def test_the_text_of_a_summary_tells_what_its_numbers_do(ask: Agent, demo: Warehouse) -> None:
    """Each span with all that was counted, each week, the most used, what changed, what to do."""
    told = text(ask("get_cross_project_insights"))

    [whole] = said(demo, "summary")["data"]
    for span in ("all_time", "last_7_days", "previous_7_days"):
        counts = [whole[span][name] for name in ("skills", "agents", "projects", "sessions")]
        words = [f"{whole[span]['total_invocations']:,} uses", *(f" {n:,} " for n in counts)]
        [line] = [line for line in told.splitlines() if all(word in line for word in words)]
        assert f"{whole[span]['success_rate']:.1%} succeeded" in line
        assert span == "all_time" or f"({whole[span]['since']} to {whole[span]['until']})" in line
    *weeks, open_week = [week["total_invocations"] for week in whole["weeks"]]
    assert f"{', '.join(map(str, weeks))};" in told
    assert f"{open_week} so far this week" in told
    for row in whole["top"]:
        assert f"{row['rank']}. {row['skill_name']} ({row['kind']})" in told
    assert whole["changed"] and whole["next"]
    for row in whole["changed"]:
        now = row["change"]["current"]
        rate = f"{now['success_rate']:.1%} of {now['known_outcomes']}"
        assert f"{row['skill_name']} ({row['kind']}) got worse: {rate}" in told
    for row in whole["next"]:
        assert row["statement"] in told
        assert row["effect"] is None or row["effect"] in told


# ---------------------------------------------------------------- what cannot be answered


@pytest.mark.parametrize(
    ("tool", "asked", "sentence"),
    [
        ("get_top_skills", {"limit": 0}, "limit: input should be greater than or equal to 1"),
        ("get_top_skills", {"limit": 101}, "limit: input should be less than or equal to 100"),
        ("get_top_skills", {"sort": "name"}, "sort: input should be 'uses'"),
        ("get_top_skills", {"kind": 5}, "kind: input should be 'skill'"),
        ("get_top_skills", {"limt": 3, "limit": 0}, "Unknown argument ignored: 'limt'."),
        ("get_top_skills", {"period": "tomorrow"}, "'tomorrow' is not a period."),
        ("get_top_skills", {"period": "2026-13"}, "2026-13"),
        ("get_top_skills", {"days": 3, "window": "daily"}, "More than one span is given."),
        ("get_top_skills", {"projects": [{}]}, "projects.0: input should be a valid string"),
        ("get_top_skills", {"projects": ["x"] * 51}, "at most 50 items"),
        ("get_top_skills", {"projects": ["atals-cli"]}, "Did you mean"),
        ("get_top_skills", {"cursor": "nonsense"}, "This is not a valid cursor."),
        ("analyze_skill_effectiveness", {}, "name: field required"),
        ("analyze_skill_effectiveness", {"name": "x" * 1001}, "at most 1000 characters"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_bad_arguments_are_told_in_a_sentence(
    ask: Agent, tool: str, asked: dict[str, object], sentence: str
) -> None:
    """As a tool's error, so that the agent can mend its call; never a traceback."""
    done = ask(tool, **asked)

    assert done.is_error
    assert sentence in text(done)
    assert not {"Traceback", "pydantic", "https://"} & set(text(done).replace("/", " /").split())
    assert len(text(done)) < 1000


@pytest.mark.parametrize("tool", ABOUT_A_NAME)
def test_an_unknown_name_gets_the_command_s_sentence(
    ask: Agent, demo: Warehouse, tool: str
) -> None:
    """With the nearest names."""
    done = ask(tool, name="code-revew")

    line = start("effectiveness", "code-revew", env={"SKILLHOUSE_WAREHOUSE": str(demo.path)})
    assert done.is_error
    assert text(done) == " ".join(line.err.removeprefix("Error: ").split())
    assert "code-review" in text(done)


# ---------------------------------------------------------------- where there is nothing


@pytest.mark.parametrize("exists", [True, False], ids=["empty", "missing"])
def test_an_empty_warehouse_says_what_to_run(tmp_path: Path, exists: bool) -> None:
    """Every tool, in its first words; and asking makes no file."""
    warehouse = Warehouse(tmp_path / "data" / "w.duckdb", "UTC")
    if exists:
        with warehouse.writing():
            pass

    with agent(warehouse.path) as ask:
        for tool in sorted(READ):
            given = {name: {"name": "x"} for name in ABOUT_A_NAME} | {"find_skills": {"query": "x"}}
            done = ask(tool, **given.get(tool, {}))
            assert "skillhouse register-project PATH" in text(done)
            assert done.is_error == (tool in ABOUT_A_NAME or not exists)

    assert warehouse.path.exists() == exists


# ---------------------------------------------------------------- writing


def test_with_permission_an_agent_collects(tmp_path: Path) -> None:
    """Register, collect, compute, ask, unregister: each as its command does it."""
    warehouse = Warehouse(tmp_path / "data" / "w.duckdb", "UTC")
    folder = tmp_path / "app"
    write_skills(folder, {"invocations": [invocation()]})

    with agent(warehouse.path, "--allow-write") as ask:
        tools = {tool.name: tool for tool in ask.do(ask.client.list_tools()).tools}
        made = structured(
            ask("register_project", path=str(folder), name="-x", tags={"team": "a=b"})
        )
        again = ask("register_project", path=str(folder))
        collected = structured(ask("collect_skill_metrics", projects=["-x"]))
        computed = structured(ask("compute_aggregates"))
        [top] = ask.answers("get_top_skills")
        gone = ask("unregister_project", project="-x")
        [after] = ask.answers("get_top_skills")
        refused = ask("register_project", path=str(tmp_path / "no where"))
        relative = ask("register_project", path="app")

    assert set(tools) == READ | WRITE
    assert [n for n, t in tools.items() if t.annotations and not t.annotations.read_only_hint] == [
        tool for tool in tools if tool in WRITE
    ]
    [row] = made["answers"][0]["data"]
    assert (row["project_name"], row["tags"], row["created"]) == ("-x", {"team": "a=b"}, True)
    assert text(again).startswith("Already registered: -x")
    assert collected["answers"][0]["totals"]["inserted"] == 1
    assert computed["answers"][0]["command"] == "aggregate"
    assert top["data"][0]["skill_name"] == "code-review"
    assert "its 1 rows are kept" in text(gone)
    assert after["data"] == []
    assert refused.is_error
    assert str(tmp_path) not in text(refused)
    assert relative.is_error
    assert text(relative).startswith("path: ")
