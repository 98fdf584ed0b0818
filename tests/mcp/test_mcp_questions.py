"""Natural questions: the call that docs/mcp.md leads to, and what its text alone must tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.demo.fleet import STORIES
from fleets import demo_fleet
from mcp_agent import Agent, agent, text
from schema.warehouse import now_utc

pytestmark = pytest.mark.xdist_group("mcp")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    now = now_utc().replace(minute=0, second=0, microsecond=0)
    with agent(demo_fleet(tmp_path_factory, now, 7).refreshed.path) as asking:
        yield asking


QUESTIONS: dict[str, tuple[str, dict[str, object], list[list[str]]]] = {
    "which skills fail most": (
        "get_top_skills",
        {"sort": "failures", "limit": 3},
        [["most failed and abandoned uses first"], ["1. test-runner (skill)", "failed or aband"]],
    ),
    "what should I fix first": (
        "get_workflow_recommendations",
        {"action": "fix", "limit": 2},
        [["fix: test-runner", "in the last 30 days", "in the 90 "]],
    ),
    "which agent is slow": (
        "get_top_skills",
        {"kind": "agent", "sort": "duration"},
        [["longest mean duration first"], ["1. ", "(agent)", "median ", " min "]],
    ),
    "what is getting worse, and where": (
        "get_skill_trends",
        {},
        [
            ["The last 30 full days against the 90 before"],
            [STORIES.degrading, "needs attention", "got worse", "in all 6 projects"],
            [STORIES.failing, f"fails in {STORIES.failing_project}"],
        ],
    ),
    "did the orchestrator become slower": (
        "get_skill_trends",
        {"name": "orchestrator"},
        [["orchestrator (agent)", "duration: no clear change (", " now, ", " before)"]],
    ),
    "where does dependency-upgrade fail": (
        "get_skill_trends",
        {"name": STORIES.failing, "by": "project"},
        [[f"fails in {STORIES.failing_project}"], [f"- {STORIES.failing_project}: ", " now, "]],
    ),
    "which skills does nobody use any more": (
        "get_cross_project_insights",
        {},
        [[STORIES.dormant, "unused for ", " days, after ", " uses"]],
    ),
    "what do I use after ruff-check": (
        "get_workflow_recommendations",
        {"after": "ruff-check"},
        [["What is used next in a session: none of ", "without a finding are left out"]],
    ),
    "is the data fresh": (
        "health_check",
        {},
        [["No problems; ", "last full refresh ", "schedule: "]],
    ),
    "was there anything unusual": (
        "get_cross_project_insights",
        {"limit": 5},
        [[STORIES.spike, "spike of uses on ", "(usually "]],
    ),
    "how does test-runner do in web projects": (
        "compare_skill_across_projects",
        {"name": STORIES.degrading},
        [["- type web: ", " succeeded (", " now, ", " before"]],
    ),
    "spelled with an underscore": (
        "get_top_skills",
        {"sort": "success_rate", "min_uses": 50},
        [["highest success rate first"]],
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_text_answers_the_question(ask: Agent, question: str) -> None:
    """Each group of words in one line, and the span, the zone and the freshness with them."""
    tool, asked, lines = QUESTIONS[question]
    told = text(ask(tool, **asked))

    for words in lines:
        assert any(all(word in line for word in words) for line in told.splitlines()), told
    assert " | zone UTC | collected " in told


def test_a_hint_names_the_tool_that_has_the_answer(ask: Agent) -> None:
    """Instead of the command that a person would run."""
    done = ask("analyze_skill_effectiveness", name="zzzz")

    assert done.is_error
    assert text(done).endswith("List them: `get_top_skills`")
