"""Arguments as the clients of agents really send them: filled in, added to, and of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.mcp_server import commands
from cli.mcp_server.arguments import Arguments, RegisterProject, read
from cli.mcp_server.tools import TOOLS, Tool, offered
from conftest import THOROUGH
from fleets import demo_fleet
from mcp_agent import CHARACTERS, Agent, agent, length, structured, text
from schema.errors import UsageError
from schema.settings import Settings
from schema.warehouse import now_utc

pytestmark = pytest.mark.xdist_group("mcp")

READING = offered(allow_write=False)
NAME = "code-review"
VALID: dict[str, dict[str, object]] = {
    "get_top_skills": {"limit": 3, "sort": "recent", "days": 30},
    "analyze_skill_effectiveness": {"name": NAME, "kind": "skill"},
    "compare_skill_across_projects": {"name": NAME, "limit": 2},
    "get_skill_summary": {"name": NAME},
    "get_skill_trends": {"limit": 1},
    "get_cross_project_insights": {"kind": "agent"},
    "find_effective_patterns": {"pattern": "pairs", "days": 60, "min_times": 2},
    "find_skills": {"query": "review code", "wordings": ["code review"]},
    "list_skills": {"state": "never", "projects": ["storefront-web"], "limit": 5},
    "get_workflow_recommendations": {"action": "fix"},
    "get_experiments": {},
    "get_team": {},
    "list_registered_projects": {"limit": 2},
    "health_check": {},
}
"""A call of each tool that goes well."""

ADDED = st.text(max_size=80).filter(
    lambda name: not any(name in tool.arguments.model_fields for tool in TOOLS)
)
BLANK = st.sampled_from([None, "", " ", "\t\n"])
ANYTHING = st.recursive(
    BLANK | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    now = now_utc().replace(minute=0, second=0, microsecond=0)
    with agent(demo_fleet(tmp_path_factory, now, 7).refreshed.path) as asking:
        yield asking


class Plain(dict[str, list[Any]]):
    """What each tool answers to its valid call, asked once."""

    def __repr__(self) -> str:
        # An example that fails is shown with its arguments.
        return f"<answers of {len(self)} tools>"


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain()


def rows(found: dict[str, Any]) -> list[Any]:
    """What was answered, without what differs from one second to the next."""
    told = []
    for answer in found["answers"]:
        for row in answer["data"]:
            row.pop("age_s", None)
            for project in row.get("projects", []) if answer["command"] == "status" else []:
                project.pop("lag_s")
        told.append((answer["filters"], answer["data"], answer["totals"]))
    return told


@st.composite
def dressed_up(draw: st.DrawFn) -> tuple[str, dict[str, object], dict[str, object]]:
    """A tool, arguments it takes, and the same as a client that fills in and adds sends them."""
    tool = draw(st.sampled_from(sorted(READING)))
    meant = VALID[tool]
    free = [name for name in READING[tool].arguments.model_fields if name not in meant]
    filled: dict[str, object] = {}
    if free:
        filled.update(draw(st.dictionaries(st.sampled_from(free), BLANK)))
    added: dict[str, object] = dict(draw(st.dictionaries(ADDED, ANYTHING, max_size=4)))
    if "projects" in filled:
        filled["projects"] = draw(BLANK | st.lists(BLANK, max_size=3) | st.just("[]"))
    sent = [*meant.items(), *filled.items(), *added.items()]
    return tool, added, dict(draw(st.permutations(sent)))


@settings(max_examples=30 * THOROUGH)
@given(dressed_up())
def test_what_a_client_fills_in_and_adds_changes_no_answer(
    ask: Agent,
    plain: Plain,
    call: tuple[str, dict[str, object], dict[str, object]],
) -> None:
    """Null and "" are as if not given; what is unknown is named, in the text and in the page."""
    tool, added, sent = call
    if tool not in plain:
        plain[tool] = rows(structured(ask(tool, **VALID[tool])))

    done = ask(tool, **sent)

    found = structured(done)
    assert rows(found) == plain[tool]
    notes = found["page"].get("notes", [])
    assert len(notes) == (1 if added else 0)
    for note in notes:
        assert note.startswith("Unknown argument")
        assert text(done).startswith("Unknown argument")
        assert len(note) < 400
    named = [name for name in added if name.isalnum() and name.isascii()]
    assert not named or len(added) > 3 or all(name[:30] in notes[0] for name in named)


@settings(max_examples=40 * THOROUGH)
@given(st.data())
def test_whatever_is_sent_is_answered_in_a_sentence(ask: Agent, data: st.DataObject) -> None:
    """Any object: an answer or an error that says what is wrong with it, never a fault of ours."""
    tool = data.draw(st.sampled_from(sorted(READING)))
    known = st.dictionaries(
        st.sampled_from(sorted(READING[tool].arguments.model_fields) or ["x"]), ANYTHING
    )
    sent = {**(VALID[tool] if data.draw(st.booleans()) else {}), **data.draw(known)}

    done = ask(tool, **sent)

    assert length(done) <= CHARACTERS
    assert text(done)
    if done.is_error:
        assert len(text(done)) < 2_000
        assert "Internal error" not in text(done)
        assert "Traceback" not in text(done)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@settings(max_examples=25 * THOROUGH)
@given(st.data())
def test_arguments_are_read_or_refused(tool: Tool, data: st.DataObject) -> None:
    """Those of the tools that write, too: what is read can be a command line."""
    fields = sorted(tool.arguments.model_fields) or ["x"]
    sent = data.draw(st.dictionaries(st.sampled_from(fields) | ADDED, ANYTHING))
    if "path" in fields and data.draw(st.booleans()):
        sent["path"] = "/" + data.draw(st.text(max_size=20))

    try:
        call = read(tool.arguments, sent)
    except UsageError:
        return

    assert isinstance(call.arguments, Arguments)
    assert set(call.unknown) == set(sent) - set(tool.arguments.model_fields)
    if tool.command is not None:
        line = tool.command(call.arguments)
        assert all(isinstance(word, str) for word in line)
        assert sum(len(word.encode()) + 1 for word in line) < 1 << 20


def test_what_no_command_line_can_hold_is_refused(tmp_path: Path) -> None:
    """A NUL in a path, a name or a tag."""
    for more in (
        {"path": "/x\0y"},
        {"path": "/x", "name": "\0"},
        {"path": "/x", "tags": {"\0": ""}},
    ):
        line = commands.register_project(read(RegisterProject, more).arguments)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="NUL"):
            anyio.run(commands.run, Settings(tmp_path / "w.duckdb", "UTC"), line)


def test_required_arguments_stay_required(ask: Agent) -> None:
    """Null or "" for one that has no default is said to be wrong, with what else was odd."""
    for name in (None, ""):
        done = ask("get_skill_summary", name=name, skill="x")

        assert done.is_error
        assert text(done).startswith("name: ")
        assert "Unknown argument ignored: 'skill'." in text(done)
