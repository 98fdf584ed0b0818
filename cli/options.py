"""Options that several commands share, declared once, and what completes them in a shell."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

MAX_COUNT = 1_000_000_000
"""The largest number that an option takes: more than any warehouse holds, and within 32 bits."""


def row_limit(rows: int | None) -> int | None:
    """As many rows as were asked for: all there are, where that is more than any warehouse has."""
    return None if rows is None else min(rows, MAX_COUNT)


def path_of(text: str) -> Path:
    """A path that was really given: an empty one, perhaps of an unset variable, is not ours."""
    if not text:
        raise typer.BadParameter("The path is empty.")
    return Path(text)


class WindowName(StrEnum):
    """The bucket that is open now, or all time."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    all = "all"


class PeriodGrainName(StrEnum):
    """How long each of several periods in a row is."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"


class KindName(StrEnum):
    """What is asked about."""

    skill = "skill"
    agent = "agent"
    all = "all"


class SortName(StrEnum):
    """What a ranking goes by."""

    uses = "uses"
    effectiveness = "effectiveness"
    success_rate = "success-rate"
    duration = "duration"
    recent = "recent"


class SessionSortName(StrEnum):
    """Which sessions come first."""

    worst = "worst"
    longest = "longest"
    busiest = "busiest"


class PairSortName(StrEnum):
    """Which pairs come first."""

    lift = "lift"
    together = "together"


class LostName(StrEnum):
    """What counts as lost."""

    any = "any"
    failed = "failed"
    abandoned = "abandoned"


class HeatmapName(StrEnum):
    """What a map of uses is drawn by."""

    hour = "hour"
    workflow_path = "workflow-path"


class TriggerName(StrEnum):
    """What begins a pass that this program is asked for; the service's own are its business."""

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
    """How the service's log is written."""

    plain = "plain"
    json = "json"


class FormatName(StrEnum):
    """What a file is written as."""

    csv = "csv"
    parquet = "parquet"
    json = "json"
    markdown = "markdown"
    xlsx = "xlsx"


def complete_export(incomplete: str) -> list[str]:
    """What can be exported that begins so."""
    from cli.exporting.export import everything

    return [name for name in everything() if name.startswith(incomplete)]


def complete_answer(incomplete: str) -> list[str]:
    """Commands that answer with JSON and begin so."""
    from cli.answers.types import answer_names

    return [name for name in answer_names() if name.startswith(incomplete)]


def complete_project(incomplete: str) -> list[str]:
    """Registered projects' names that begin so."""
    return _complete("select project_name from projects order by project_name", incomplete)


def complete_skill(incomplete: str) -> list[str]:
    """Skills' and agents' names that begin so, most used first."""
    return _complete(
        "select skill_name from skill_aggregates where time_window = 'all' and project_id = '*'"
        " order by invocations desc, skill_name",
        incomplete,
    )


def complete_baseline(incomplete: str) -> list[str]:
    """Snapshots' names that begin so, the newest first."""
    return _complete("select name from baselines order by created_at desc, name", incomplete)


def _complete(names: str, incomplete: str) -> list[str]:
    """A shell waits for this: it answers fast or with nothing, and never with an error."""
    try:
        from schema.settings import load_settings
        from schema.warehouse import Warehouse

        settings = load_settings()
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
    typer.Option("--window", help="The day, week or month that is open now, or all time."),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="A month 2026-11, an ISO week 2026-W47, a day 2026-11-20.",
    ),
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="The first day, 2026-11-01.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day, included.")
]
DaysOption = Annotated[
    int | None, typer.Option("--days", metavar="N", help="Today and the N-1 days before.")
]
RowDaysOption = Annotated[
    int | None,
    typer.Option(
        "--days", metavar="N", help="Today and the N-1 days before; 90 unless a span is named."
    ),
]
AllTimeOption = Annotated[
    bool, typer.Option("--all-time", help="Every day; rows are read, so it may take a while.")
]
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
    bool, typer.Option("--all-projects", help="Include unregistered projects' history.")
]
OptionalNameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="Only with this skill or agent.", autocompletion=complete_skill
    ),
]
RowsLimitOption = Annotated[
    int,
    typer.Option("--limit", min=1, callback=row_limit, metavar="N", help="How many rows to show."),
]
ProjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROJECT", help="A project's id, name or path.", autocompletion=complete_project
    ),
]
NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A skill's or an agent's name.", autocompletion=complete_skill
    ),
]
