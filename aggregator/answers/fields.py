"""The types that the fields of answers have: their bounds, and what each of them says.

A text in the metadata of an alias is the sentence of every field that has none of its own; a
parameter there gives its bounds and its sentence. A field whose name is a keyword of Python ends
with an underscore, which its JSON has not.

Only who describes answers needs these at run time: the types name them for the type checker alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from aggregator import parameters
from aggregator.parameters import Grain, UseTrigger
from schema.frozen import dataclass


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value of a number, both included; ``above`` is not included."""

    least: float | None = None
    greatest: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Length:
    """How many characters a text has at least, or which pattern it has."""

    least: int = 0
    pattern: str | None = None


@dataclass(frozen=True)
class Items:
    """How many items a list has."""

    least: int = 0
    greatest: int | None = None


NATURAL = Bounds(least=0)
FROM_ONE = Bounds(least=1)
SHARE = Bounds(0, 1)
SIGNED_SHARE = Bounds(-1, 1)
NOT_EMPTY = Length(1)
ONE = Items(1, 1)
AT_MOST_ONE = Items(0, 1)

Count: TypeAlias = Annotated[int, NATURAL]
Positive: TypeAlias = Annotated[int, FROM_ONE]
Amount: TypeAlias = Annotated[float, NATURAL]
Milliseconds: TypeAlias = Annotated[float, NATURAL]
Rate: TypeAlias = Annotated[float, SHARE]
Difference: TypeAlias = Annotated[float, SIGNED_SHARE]
Text: TypeAlias = Annotated[str, NOT_EMPTY]

# What many answers say of a thing.
Kind: TypeAlias = Annotated[Literal["skill", "agent"], "Whether it is a skill or an agent."]
Trigger: TypeAlias = Annotated[
    Literal["manual", "schedule", "catch-up", "retry"],
    "What started the run: a person, the schedule, a missed run, or a failed one.",
]
TranscriptSource: TypeAlias = Annotated[
    Literal["claude_code", "codex", "copilot"], "The tool that wrote the transcripts."
]
Source: TypeAlias = Literal[
    "session_buddy", "crackerjack", "skills_db", "kaizen", "claude_code", "codex", "copilot"
]
TokenCount: TypeAlias = Annotated[
    int, NATURAL, "Tokens of these runs, if transcripts record them; null: none recorded."
]
RunOutcome: TypeAlias = Literal["done", "problems", "failed", "running", "interrupted"]
Outcome: TypeAlias = Literal["success", "failure", "abandoned", "unknown"]
SkillName: TypeAlias = Annotated[str, NOT_EMPTY, "The name of the skill or agent."]
ProjectId: TypeAlias = Annotated[
    str, Length(pattern="^[0-9a-f]{8}$"), "The project's id: eight hexadecimal digits."
]
ProjectName: TypeAlias = Annotated[str, "The project's name."]
Zone: TypeAlias = Annotated[str, NOT_EMPTY, "An IANA time zone."]
WorkflowPath: TypeAlias = Annotated[str, "The workflow path as recorded; null: none given."]
Evidence: TypeAlias = Annotated[str, "The command that shows the details, ready for a shell."]

# Uses and how they ended.
Uses: TypeAlias = Annotated[int, NATURAL, "Number of uses."]
Successes: TypeAlias = Annotated[int, NATURAL, "Uses that succeeded."]
Failures: TypeAlias = Annotated[int, NATURAL, "Uses that failed with an error."]
Abandoned: TypeAlias = Annotated[int, NATURAL, "Uses that were not completed, without an error."]
Unknown: TypeAlias = Annotated[
    int, NATURAL, "Uses without a known outcome; not part of the success rate."
]
KnownOutcomes: TypeAlias = Annotated[
    int, NATURAL, "Uses whose outcome is known: succeeded, failed or abandoned."
]
SuccessRate: TypeAlias = Annotated[
    float, SHARE, "Successes divided by known outcomes; null without any."
]
RateLow: TypeAlias = Annotated[
    float, SHARE, "Lower bound of the rate's 95% interval (Wilson); null without outcomes."
]
RateHigh: TypeAlias = Annotated[
    float, SHARE, "Upper bound of the rate's 95% interval (Wilson); null without outcomes."
]
MedianDuration: TypeAlias = Annotated[
    float, NATURAL, "Median duration in milliseconds; null where none was measured."
]
P95Duration: TypeAlias = Annotated[
    float, NATURAL, "95th percentile of the duration in milliseconds; null where none was measured."
]
MeanDuration: TypeAlias = Annotated[
    float,
    NATURAL,
    "Mean duration in milliseconds over uses that have one, whatever their outcome; null without.",
]
ChangeLow: TypeAlias = Annotated[
    float, SIGNED_SHARE, "Lower bound of the change's 95% interval; null where nothing is compared."
]
ChangeHigh: TypeAlias = Annotated[
    float, SIGNED_SHARE, "Upper bound of the change's 95% interval; null where nothing is compared."
]
PValue: TypeAlias = Annotated[float, SHARE, "Probability of such a difference by chance (p-value)."]
AdjustedP: TypeAlias = Annotated[
    float, SHARE, "The p-value adjusted for everything that was compared (Benjamini-Hochberg)."
]
Verdict: TypeAlias = Annotated[
    Literal["improving", "stable", "degrading", "insufficient data"],
    "What the comparison says; insufficient data: too few known outcomes on a side.",
]
ChangeWord: TypeAlias = Annotated[
    Literal["worse", "better", "no clear change", "not enough data"],
    "The verdict in the words that every command uses.",
]
PaceWord: TypeAlias = Annotated[
    Literal["slower", "faster", "no clear change", "not enough data"],
    "The verdict on durations in the words that every command uses.",
]
DurationVerdict: TypeAlias = Annotated[
    Literal["faster", "steady", "slower", "insufficient data"],
    "What the comparison says; insufficient data: too few durations on a side.",
]
ContrastVerdict: TypeAlias = Annotated[
    Literal["better", "worse", "no clear difference", "insufficient data"],
    "What the comparison says; insufficient data: too few known outcomes on a side.",
]

# What a question is about.
Window: TypeAlias = Annotated[
    Grain,
    "The day, week or month of the query; null: a range of days.",
]
KindFilter: TypeAlias = Annotated[parameters.Kind, parameters.KIND]
PeriodGrain: TypeAlias = Annotated[parameters.PeriodGrain, parameters.GRAIN]
Limit: TypeAlias = Annotated[int, parameters.LIMIT]
IdleMinutes: TypeAlias = Annotated[int, parameters.IDLE_MINUTES]
TriggerFilter: TypeAlias = Annotated[UseTrigger, parameters.TRIGGER]
SourceFilter: TypeAlias = Annotated[str, parameters.SOURCE]
NameFilter: TypeAlias = Annotated[str, "The skill or agent of the query; null: all."]
ProjectIds: TypeAlias = Annotated[
    list[ProjectId], "Ids of the projects of the query; null: all active projects."
]
TypesFilter: TypeAlias = Annotated[
    list[str], "Types that the projects were chosen by; null: any type."
]
TagsFilter: TypeAlias = Annotated[
    list[str], "Tags that the projects were chosen by; null: with or without tags."
]
FirstDay: TypeAlias = Annotated[date, "First day, in the reporting zone."]
LastDay: TypeAlias = Annotated[date, "Last day, in the reporting zone."]
SinceAt: TypeAlias = Annotated[datetime, "First instant of a span of hours; null: whole days."]
FirstUsed: TypeAlias = Annotated[datetime, "When the first use started."]
LastUsed: TypeAlias = Annotated[datetime, "When the last use started."]
