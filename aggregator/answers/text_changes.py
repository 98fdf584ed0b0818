"""What answers say about skill files: changes of a text, and one name for different skills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aggregator import text
from aggregator.answers.shared import ends
from aggregator.answers.struct import Struct
from aggregator.changes import ENOUGH, WORDS
from aggregator.measures import Measures
from aggregator.outcomes import NO_OUTCOMES
from aggregator.query import Query
from aggregator.skills.names import SkillText
from aggregator.skills.versions import VersionChange

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Difference,
        KnownOutcomes,
        RateHigh,
        RateLow,
        SuccessRate,
        Uses,
    )


class Side(Struct):
    """Uses before a change, or since."""

    total_invocations: Uses
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None


class TextChange(Struct):
    """A change of a skill's text, and its uses up to 90 days before and after."""

    changed_at: datetime
    """When the text changed."""
    projects: list[str]
    """The names of the projects with this change."""
    before: Side
    """Uses with the text before."""
    after: Side
    """Uses with the new text."""
    change: Difference | None
    """Success rate after minus before; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    adjusted_p: AdjustedP | None
    """Chance of such a difference without a change, adjusted for all changes of texts; null: too
    few known outcomes."""
    change_in_words: ChangeWord
    level: Literal["needs attention", "worth a look"] | None
    """How much a change for the worse deserves a person; null: not at all."""


class TextCounts(Struct):
    """Uses of one of the different skills that have one name."""

    projects: list[str]
    """The names of the projects where the name means this skill."""
    total_invocations: Uses
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None


def text_change(found: VersionChange, query: Query) -> TextChange:
    """A change of a text as answers tell it."""
    change = found.change
    compared = min(change.now.known, change.before.known) >= ENOUGH
    return TextChange(
        changed_at=query.local(found.at),
        projects=[query.project_names.get(each, each) for each in found.projects],
        before=Side(
            total_invocations=change.before.total_invocations,
            known_outcomes=change.before.known,
            success_rate=change.before.success_rate,
        ),
        after=Side(
            total_invocations=change.now.total_invocations,
            known_outcomes=change.now.known,
            success_rate=change.now.success_rate,
        ),
        change=change.change,
        change_low=change.low,
        change_high=change.high,
        adjusted_p=change.adjusted_p if compared else None,
        change_in_words=WORDS[change.verdict],
        level=found.level,
    )


def change_sentence(found: VersionChange, zone: str) -> str:
    """``Its text changed on 2026-11-12: 84.0% of 120 before, 71.0% of 95 after: worse.``

    It never says "needs attention": what does is counted from the last days alone.
    """
    sides = ", ".join(
        f"{text.percent(side.success_rate)} of {side.known:,} {when}"
        for side, when in ((found.change.before, "before"), (found.change.now, "after"))
    )
    level = f" ({found.level})" if found.level == "worth a look" else ""
    return (
        f"Its text changed on {text.day(found.at, zone)}: {sides}:"
        f" {WORDS[found.change.verdict]}{level}."
    )


def by_text(
    texts: Sequence[SkillText], found: Sequence[Measures], query: Query
) -> list[TextCounts]:
    """The uses of each of the skills of one name, by the projects that have it."""
    rows = []
    for each in texts:
        of_it = [one for one in found if one.group in each.projects]
        total = sum(of_it, start=NO_OUTCOMES)
        rows.append(
            TextCounts(
                projects=[query.project_names.get(one, one) for one in each.projects],
                total_invocations=total.total_invocations,
                known_outcomes=total.known,
                success_rate=total.success_rate,
                **ends(total.success_interval),
            )
        )
    return rows


def text_sentences(rows: Sequence[TextCounts]) -> list[str]:
    """What the skills of one name do, in a sentence."""
    if not rows:
        return []
    parts = "; ".join(
        f"{text.percent(row.success_rate)} of {row.known_outcomes:,} in {_some(row.projects)}"
        for row in rows
    )
    return [f"The name means {len(rows)} different skills: {parts}."]


def _some(projects: Sequence[str]) -> str:
    """The first three of the projects, and how many more."""
    more = f" and {len(projects) - 3} more" if len(projects) > 3 else ""
    return ", ".join(projects[:3]) + more
