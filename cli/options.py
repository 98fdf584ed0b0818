"""Options that several commands share, and their shell completion."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

MAX_COUNT = 1_000_000_000
"""Largest number that an option accepts: fits in 32 bits."""


def row_limit(rows: int | None) -> int | None:
    """The limit of rows, at most ``MAX_COUNT``."""
    return None if rows is None else min(rows, MAX_COUNT)


def path_of(text: str) -> Path:
    """A path. BadParameter for an empty one, which an unset shell variable gives."""
    if not text:
        raise typer.BadParameter("The path is empty.")
    return Path(text)


class WindowName(StrEnum):
    """The current day, week or month, or all time."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    all = "all"


class PeriodGrainName(StrEnum):
    """Length of a period."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"


class KindName(StrEnum):
    """Skills, agents, or both."""

    skill = "skill"
    agent = "agent"
    all = "all"


class SortName(StrEnum):
    """Order of a ranking."""

    uses = "uses"
    effectiveness = "effectiveness"
    success_rate = "success-rate"
    duration = "duration"
    recent = "recent"
    tokens = "tokens"


class SessionSortName(StrEnum):
    """Order of sessions."""

    worst = "worst"
    longest = "longest"
    busiest = "busiest"


class PairSortName(StrEnum):
    """Order of pairs."""

    lift = "lift"
    together = "together"


class LostName(StrEnum):
    """Which outcomes a bottleneck counts."""

    any = "any"
    failed = "failed"
    abandoned = "abandoned"


class HeatmapName(StrEnum):
    """Rows and columns of a heatmap."""

    hour = "hour"
    workflow_path = "workflow-path"


class TriggerName(StrEnum):
    """What started a refresh: a person or a scheduler."""

    manual = "manual"
    schedule = "schedule"


class UseTriggerName(StrEnum):
    """Who began a use."""

    typed = "typed"
    model = "model"
    subagent = "subagent"
    workflow = "workflow"


class TranscriptSourceName(StrEnum):
    """A tool whose transcripts can be read."""

    claude_code = "claude_code"
    codex = "codex"
    copilot = "copilot"


class CountingName(StrEnum):
    """Which of a project's transcripts count."""

    auto = "auto"
    on = "on"
    off = "off"


class LogFormatName(StrEnum):
    """Format of the service's log."""

    plain = "plain"
    json = "json"


class FormatName(StrEnum):
    """Format of an exported file."""

    csv = "csv"
    parquet = "parquet"
    json = "json"
    markdown = "markdown"
    xlsx = "xlsx"


def complete_export(incomplete: str) -> list[str]:
    """Everything that can be exported and starts with that text."""
    from cli.exporting.export import everything

    return [name for name in everything() if name.startswith(incomplete)]


def complete_answer(incomplete: str) -> list[str]:
    """Commands with --json that start with that text."""
    from cli.answers.types import answer_names

    return [name for name in answer_names() if name.startswith(incomplete)]


def complete_project(incomplete: str) -> list[str]:
    """Names of registered projects that start with that text."""
    return _complete("select project_name from projects order by project_name", incomplete)


def complete_skill(incomplete: str) -> list[str]:
    """Skills and agents that start with that text, most used first."""
    return _complete(
        "select skill_name from skill_aggregates where time_window = 'all' and project_id = '*'"
        " order by invocations desc, skill_name",
        incomplete,
    )


def complete_baseline(incomplete: str) -> list[str]:
    """Baselines that start with that text, newest first."""
    return _complete("select name from baselines order by created_at desc, name", incomplete)


def _complete(names: str, incomplete: str) -> list[str]:
    """The shell waits for this: answer fast or with nothing, and never with an error."""
    try:
        from cli.configuration import Configuration
        from schema.settings import load_settings
        from schema.warehouse import Warehouse

        settings = load_settings(configured=Configuration().text)
        warehouse = Warehouse(settings.warehouse_path, settings.timezone, read_wait_s=0.2)
        if not warehouse.exists():
            return []
        with warehouse.reading() as con:
            found = [str(name) for (name,) in con.execute(names).fetchall()]
    except Exception:
        return []
    return [name for name in found if name.startswith(incomplete) and name.isprintable()][:50]


WindowOption = Annotated[
    WindowName,
    typer.Option("--window", help="Current day, week or month (default: all time)."),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="2026-11, 2026-W47, 2026-Q4, 2026, last-week, this-month, 7d, 24h, 28 Nov.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="First day: 2026-11-01, 28 Nov, 7d, 24h."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="Last day, included.")
]
DaysOption = Annotated[
    int | None, typer.Option("--days", metavar="N", help="Today and the N-1 days before.")
]
RowDaysOption = Annotated[
    int | None,
    typer.Option("--days", metavar="N", help="Today and the N-1 days before (default: 90)."),
]
AllTimeOption = Annotated[bool, typer.Option("--all-time", help="All days; may take a while.")]
ProjectsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--project",
        metavar="PROJECT",
        help="Only this project: its id, name or path. May be repeated.",
        autocompletion=complete_project,
    ),
]
KindOption = Annotated[KindName, typer.Option("--kind", help="Skills, agents, or both.")]
AllProjectsOption = Annotated[
    bool, typer.Option("--all-projects", help="Include the history of unregistered projects.")
]
BegunByOption = Annotated[
    UseTriggerName | None,
    typer.Option(
        "--trigger", help="Only uses started by typing, the model, an agent or a workflow."
    ),
]
OptionalNameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="Only this skill or agent.", autocompletion=complete_skill
    ),
]
AllRowsOption = Annotated[bool, typer.Option("--all", help="Also list rows without a finding.")]
IdleMinutesOption = Annotated[
    int,
    typer.Option(
        "--idle-minutes",
        min=1,
        max=MAX_COUNT,
        metavar="N",
        help="A session that pauses for longer counts as two.",
    ),
]
RowsLimitOption = Annotated[
    int,
    typer.Option("--limit", min=1, callback=row_limit, metavar="N", help="Maximum number of rows."),
]
ProjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROJECT", help="Project id, name or path.", autocompletion=complete_project
    ),
]
NameArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A skill or agent.", autocompletion=complete_skill),
]
