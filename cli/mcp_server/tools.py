"""Every tool by its name: its description, its arguments, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass

from cli.mcp_server import arguments, commands, parts
from cli.mcp_server.commands import CommandLine
from cli.mcp_server.parts import CatalogueQuery, Query, together


@dataclass(frozen=True)
class Tool:
    """One tool: a ``query`` that reads, or the ``command`` line of one that writes."""

    name: str
    title: str
    description: str
    arguments: type[arguments.Arguments]
    query: Query | None = None
    command: CommandLine | None = None
    is_destructive: bool = False

    @property
    def writes(self) -> bool:
        return self.command is not None


TOOLS = (
    Tool(
        "get_top_skills",
        "Top skills",
        "Ranks skills and agents by uses, effectiveness, success rate, duration, last use or"
        " tokens, for all time or a span. Rates have a 95% interval.",
        arguments.TopSkills,
        CatalogueQuery("top-skills"),
    ),
    Tool(
        "analyze_skill_effectiveness",
        "Effectiveness of one skill",
        "Details of one skill or agent: outcomes, durations, follow-ups, by project, by workflow"
        " path, by source and by who began it, tokens, errors, trend, insights.",
        arguments.OneName,
        CatalogueQuery("effectiveness"),
    ),
    Tool(
        "compare_skill_across_projects",
        "One skill across projects",
        "Compares one skill or agent between projects and types of project.",
        arguments.CompareName,
        CatalogueQuery("compare"),
    ),
    Tool(
        "get_skill_summary",
        "Summary of one skill",
        "Health of one skill or agent (score, trend, what needs attention), and its totals.",
        arguments.NameSummary,
        together(
            CatalogueQuery("health", drop=("by_project",)),
            CatalogueQuery("effectiveness", drop=("by_project", "by_workflow_path", "followups")),
        ),
    ),
    Tool(
        "get_cross_project_insights",
        "Insights across projects",
        "Overall totals, the skills and agents that stand out (need attention, changed, unused,"
        " new), and unusual days. A good first question.",
        arguments.Insights,
        together(
            CatalogueQuery("summary"),
            CatalogueQuery("health", keep=parts.stands_out),
            CatalogueQuery("anomalies"),
        ),
    ),
    Tool(
        "find_effective_patterns",
        "Patterns",
        "Which skill follows which within a session and how well it works then, and which are used"
        " together more often than by chance.",
        arguments.Patterns,
        together(
            CatalogueQuery(
                "patterns-transitions", wanted_by=lambda given: given.pattern != "pairs"
            ),
            CatalogueQuery(
                "patterns-pairs",
                {"min_sessions": "min_times", "sort": "sort_pairs"},
                wanted_by=lambda given: given.pattern != "transitions",
            ),
        ),
    ),
    Tool(
        "get_workflow_recommendations",
        "Recommendations",
        "What to do next (fix, split, adopt, watch, retire), each with its evidence, and the"
        " outcomes of workflows.",
        arguments.Recommendations,
        together(CatalogueQuery("recommend"), CatalogueQuery("workflows")),
    ),
    Tool(
        "list_registered_projects",
        "Registered projects",
        "The registered projects, with their number of rows and last refresh.",
        arguments.ListProjects,
        parts.projects,
    ),
    Tool(
        "health_check",
        "State of the warehouse",
        "Whether the data is fresh, what failed last, and how much data there is.",
        arguments.NoArguments,
        parts.status,
    ),
    Tool(
        "register_project",
        "Register a project",
        "Register a project, so that its metrics are collected. Nothing in the project is changed.",
        arguments.RegisterProject,
        command=commands.register_project,
    ),
    Tool(
        "unregister_project",
        "Unregister a project",
        "Stop collecting from a project. Its history stays in the warehouse but is left out of"
        " answers; register_project brings it back.",
        arguments.UnregisterProject,
        command=commands.unregister_project,
        is_destructive=True,
    ),
    Tool(
        "collect_skill_metrics",
        "Collect metrics",
        "Collect new data from the projects' files.",
        arguments.Collect,
        command=commands.collect,
    ),
    Tool(
        "compute_aggregates",
        "Compute aggregates",
        "Update all statistics after new data was collected.",
        arguments.Compute,
        command=commands.aggregate,
    ),
)
"""In the order in which clients list them."""


def offered(*, allow_write: bool) -> dict[str, Tool]:
    """The tools of a server by name."""
    return {tool.name: tool for tool in TOOLS if allow_write or not tool.writes}
