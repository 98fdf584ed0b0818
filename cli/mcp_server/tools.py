"""Every tool by its name: what it says of itself, what it takes, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass

from cli.mcp_server import arguments as given
from cli.mcp_server import questions, writing
from cli.mcp_server.questions import Ask
from cli.mcp_server.writing import Line


@dataclass(frozen=True)
class Tool:
    """One tool. ``ask`` answers a reader; ``line`` is the command that a writing one runs."""

    name: str
    title: str
    description: str
    arguments: type[given.Arguments]
    ask: Ask | None = None
    line: Line | None = None
    undoes: bool = False

    @property
    def writes(self) -> bool:
        return self.line is not None


TOOLS = (
    Tool(
        "get_top_skills",
        "Top skills",
        "Ranks skills and agents by uses, effectiveness, success rate, duration or recency, over"
        " all time or a span. Rates come with a 95% interval.",
        given.TopSkills,
        questions.top_skills,
    ),
    Tool(
        "analyze_skill_effectiveness",
        "Effectiveness of one skill",
        "One skill or agent from all sides: outcomes, durations, follow-ups, by project, by"
        " workflow path, errors, trend, insights.",
        given.OneName,
        questions.effectiveness,
    ),
    Tool(
        "compare_skill_across_projects",
        "One skill across projects",
        "One skill or agent in each project and type of project, side by side.",
        given.CompareName,
        questions.compare,
    ),
    Tool(
        "get_skill_summary",
        "Summary of one skill",
        "In brief how healthy one skill or agent is (score, trend, what needs attention), and how"
        " it has done so far.",
        given.NameSummary,
        questions.name_summary,
    ),
    Tool(
        "get_cross_project_insights",
        "Insights across projects",
        "The whole in numbers, the skills and agents that stand out (need attention, changed,"
        " unused, new), and unusual days. A good first question.",
        given.Insights,
        questions.insights,
    ),
    Tool(
        "find_effective_patterns",
        "Patterns",
        "Which skill follows which within a session and how well it then works, and which are used"
        " together more than chance would have it.",
        given.Patterns,
        questions.patterns,
    ),
    Tool(
        "get_workflow_recommendations",
        "Recommendations",
        "What to do next (fix, split, adopt, watch, retire), each with its evidence; and how"
        " workflows ended.",
        given.Recommendations,
        questions.recommendations,
    ),
    Tool(
        "list_registered_projects",
        "Registered projects",
        "The projects that are collected from, with their rows and last pass.",
        given.ListProjects,
        questions.projects,
    ),
    Tool(
        "health_check",
        "State of the warehouse",
        "Whether the data is fresh, what went wrong last, and how much there is.",
        given.Nothing,
        questions.health_check,
    ),
    Tool(
        "register_project",
        "Register a project",
        "Has a project's metrics collected from now on. Nothing in the project is changed.",
        given.RegisterProject,
        line=writing.register_project,
    ),
    Tool(
        "unregister_project",
        "Unregister a project",
        "Stops collecting from a project. Its history stays and is left out of answers;"
        " register_project brings it back.",
        given.UnregisterProject,
        line=writing.unregister_project,
        undoes=True,
    ),
    Tool(
        "collect_skill_metrics",
        "Collect metrics",
        "Reads what is new in the projects' files into the warehouse.",
        given.Collect,
        line=writing.collect,
    ),
    Tool(
        "compute_aggregates",
        "Compute aggregates",
        "Brings the stored sums up to date with what was collected.",
        given.Compute,
        line=writing.compute,
    ),
)
"""In the order in which clients list them."""


def offered(*, allow_write: bool) -> dict[str, Tool]:
    """The tools of a server by name."""
    return {tool.name: tool for tool in TOOLS if allow_write or not tool.writes}
