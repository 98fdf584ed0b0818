"""The parameters of the questions, each declared once: type, default, bounds and sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from schema.parameter import MAX_COUNT, Parameter

Grain: TypeAlias = Literal["daily", "weekly", "monthly", "all"]
PeriodGrain: TypeAlias = Literal["daily", "weekly", "monthly"]
Kind: TypeAlias = Literal["skill", "agent", "all"]
Sort: TypeAlias = Literal[
    "uses", "effectiveness", "success-rate", "failures", "duration", "recent", "tokens"
]
SessionSort: TypeAlias = Literal["worst", "longest", "busiest"]
PairSort: TypeAlias = Literal["lift", "together"]
Lost: TypeAlias = Literal["any", "failed", "abandoned"]
FileKind: TypeAlias = Literal["skill", "agent", "command"]
FileState: TypeAlias = Literal["used", "unused", "never", "gone", "hidden", "changed"]
RelationKind: TypeAlias = Literal["copy", "version", "renamed", "overlap", "namesake"]
HeatmapBy: TypeAlias = Literal["hour", "workflow-path"]
Action: TypeAlias = Literal["fix", "retire", "adopt", "watch", "split"]
TeamSort: TypeAlias = Literal[
    "uses", "members", "effectiveness", "success-rate", "failures", "duration"
]
UseTrigger: TypeAlias = Literal["typed", "model", "subagent", "workflow"]

MAX_DAYS = 36500
"""A hundred years."""

# What every question is about.
WINDOW = Parameter[Grain]("window", "all", "Current day, week or month (default: all time).")
PERIOD = Parameter[str | None](
    "period", None, "2026-11, 2026-W47, 2026-Q4, 2026, last-week, this-month, 7d, 24h, 28 Nov."
)
SINCE = Parameter[str | None]("since", None, "First day: 2026-11-01, 28 Nov, 7d, 24h.")
UNTIL = Parameter[str | None]("until", None, "Last day, included.")
DAYS = Parameter[int | None]("days", None, "Today and the N-1 days before.", least=1, most=MAX_DAYS)
ROW_DAYS = Parameter[int]("days", 90, "Today and the N-1 days before.", least=1, most=MAX_DAYS)
"""Of the questions that read records: what their days are if no span is given."""
DAYS_BEFORE_TODAY = Parameter[int]("days", 30, "The N days before today.", least=1, most=MAX_DAYS)
ALL_TIME = Parameter("all_time", False, "All days; may take a while.")
KIND = Parameter[Kind]("kind", "all", "Skills, agents, or both.")
TYPES = Parameter[Sequence[str]]("types", (), "Only projects of this type.")
TAGS = Parameter[Sequence[str]](
    "tags", (), "Only projects with this tag: one word, KEY:VALUE, or KEY for any value."
)
ALL_PROJECTS = Parameter("all_projects", False, "Include the history of unregistered projects.")

# What some are about.
NAME = Parameter[str | None]("name", None, "Only this skill or agent.")
LIMIT = Parameter("limit", 20, "Maximum number of rows.", least=1)
FIND_LIMIT = Parameter("limit", 5, "Maximum number of rows.", least=1)
SKILLS_LIMIT = Parameter("limit", 50, "Maximum number of rows.", least=1)
RECENT_DAYS = 30
EARLIER_DAYS = 90
"""The last complete days are compared with the days before them, unless asked otherwise."""

LISTING_BUDGET = 8_000
"""Characters that an agent's model is shown of skills, a hundredth of 200,000 tokens."""

FILE_KIND = Parameter[FileKind | None]("kind", None, "Only skills, agents or commands.")
FILE_STATE = Parameter[FileState | None]("state", None, "Only in this state.")
RELATION = Parameter[RelationKind | None]("relation", None, "Only with this relation to another.")
SKILLS_BUDGET = Parameter[int | None](
    "budget",
    None,
    "Characters of names and descriptions that a model is shown (setting listing_budget; 8000).",
    1,
    MAX_COUNT,
)
SORT = Parameter[Sort](
    "sort",
    "uses",
    "Sort by (effectiveness: lower bound of the success rate; failures: failed"
    " and abandoned uses; tokens: of agents' runs, from transcripts).",
)
MIN_USES = Parameter("min_uses", 1, "Minimum number of uses.", 1, MAX_COUNT)
TRIGGER = Parameter[UseTrigger | None](
    "trigger", None, "Only uses started by typing, the model, an agent or a workflow."
)
SOURCE = Parameter[str | None](
    "source", None, "Only uses from this source: claude_code, session_buddy, kaizen, ..."
)
GRAIN = Parameter[PeriodGrain]("grain", "weekly", "Length of a period.")
PERIODS = Parameter("periods", 12, "Number of periods, without the current one.", 2, 400)
UNUSED_DAYS = Parameter(
    "unused_days", 60, "Call it unused after N days without a use.", 1, MAX_DAYS
)
NEW_DAYS = Parameter("new_days", 30, "Call it new for N days after its first use.", 1, MAX_DAYS)
HEALTH_LIMIT = Parameter[int | None](
    "limit", None, "Maximum number of skills and agents, the most urgent first.", least=1
)
ADVICE_LIMIT = Parameter("limit", 5, "Maximum number of recommendations.", least=1)
ALL = MAX_COUNT
"""The limit that leaves nothing out."""
ACTION = Parameter[Action | None]("action", None, "Only recommendations of this kind.")
DURATIONS = Parameter("durations", False, "Also compare median durations (slower).")
SESSION_SORT = Parameter[SessionSort](
    "sort", "worst", "By share of failed or abandoned uses, by length, or by uses."
)
REPEATS = Parameter("repeats", False, "Include a skill that follows itself.")
IDLE_MINUTES = Parameter(
    "idle_minutes", 30, "A session that pauses for longer counts as two.", 1, MAX_COUNT
)
MIN_TIMES = Parameter("min_times", 10, "Minimum number of times.", 1, MAX_COUNT)
PAIR_SORT = Parameter[PairSort](
    "sort", "lift", "By lift over chance, or by number of sessions together."
)
MIN_SESSIONS = Parameter("min_sessions", 10, "Minimum number of sessions.", 1, MAX_COUNT)
LOST = Parameter[Lost]("lost", "any", "Count failed uses, abandoned ones, or both.")
MIN_OFFERED = Parameter("min_offered", 10, "Minimum number of times offered.", 1, MAX_COUNT)
COMPARE_BY = Parameter[str | None]("by", None, "Only by project, type, tag, or tag:KEY.")
HEATMAP_BY = Parameter[HeatmapBy]("by", "hour", "Weekday by hour, or skill by workflow path.")

# What experiments are about.
ExperimentUnit: TypeAlias = Literal["session", "project", "member"]
EXPERIMENT_UNIT = Parameter[ExperimentUnit](
    "by", "session", "What is assigned one of the skills: sessions, projects, members of a team."
)
EXPERIMENT_WEEKS = Parameter("weeks", 12, "Number of weeks, from next Monday.", least=1, most=52)
EXPERIMENT_SHARE = Parameter("share", 0.5, "Share of the units that get the treatment.")
TEAM_LABEL = Parameter[str | None]("team", None, "Only this team of the agreement.")
TEAM_TYPE = Parameter[str | None]("project_type", None, "Only projects of this type.")
TEAM_WEEK = Parameter[str | None]("week", None, "Only the week of this day: 2026-11-16.")
CATEGORY = Parameter[str | None]("category", None, "Only skills of this category.")
TEAM_SORT = Parameter[TeamSort](
    "sort",
    "uses",
    "Sort by (effectiveness: lower bound of the success rate; failures: failed"
    " and abandoned uses).",
)
