"""What only the page of a skill or agent shows: who began its uses, how it spreads, new texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question
from aggregator.observation import observation
from aggregator.reports.adoption import NEW_WEEKS, adoption
from aggregator.reports.origins import origins
from aggregator.skills.versions import version_changes
from schema import zones
from schema.warehouse import Connection


def origin_rows(con: Connection, question: Question) -> list[dict[str, Any]]:
    """The uses of all time by source and by trigger; empty while no transcripts are stored."""
    return [
        {
            "kind": each.kind,
            "skill_name": each.skill_name,
            "dimension": each.dimension,
            "value": each.value,
            "successful_completions": each.counts.successes,
            "failures": each.counts.failures,
            "abandoned": each.counts.abandoned,
            "unknown": each.counts.unknown,
            "tokens": each.tokens,
        }
        for each in origins(con, question.over(ALL_TIME))
    ]


def adoption_rows(
    con: Connection, question: Question, top: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Of each new skill or agent: projects that had used it by each week since its first use.

    ``top`` are the rows of `top-skills`; ``active`` projects recorded anything since then.
    """
    open_day = observation(con, question).open_day
    since = str(open_day - timedelta(weeks=NEW_WEEKS))
    found = []
    for row in top:
        if not row["first_used"] or str(row["first_used"])[:10] <= since:
            continue
        of_kind = replace(question, kind=row["kind"])
        known = adoption(con, of_kind, row["skill_name"], open_day)
        if known is None:
            continue
        weeks = [
            {
                "since": str(week.since),
                "until": str(week.until),
                "projects": week.projects,
            }
            for week in known.weeks
        ]
        found.append(
            {
                "kind": row["kind"],
                "skill_name": row["skill_name"],
                "active": known.active,
                "weeks": weeks,
            }
        )
    return found


def text_change_rows(con: Connection, question: Question, zone: str) -> list[dict[str, Any]]:
    """The days on which the text of a skill or agent changed, in the reporting zone."""
    return [
        {
            "kind": each.kind,
            "skill_name": name,
            "project_id": project,
            "day": str(each.at.astimezone(zones.zone(zone)).date()),
        }
        for each in version_changes(con, question)
        for project in each.projects
        for name in sorted(each.names)
    ]


def on_disk(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of ``skills``: no paths, no descriptions."""
    rows = [
        {
            **{name: row[name] for name in _ON_DISK},
            "related": sorted(
                {f"{each['relation']} of {each['skill_name']}" for each in row["relations"]}
            ),
            "changed": next((_changed(each) for each in row["changes"]), None),
        }
        for row in envelope["data"]
    ]
    listings = [
        {**each, "over": each["over"][:_NAMED], "without": len(each["over"])}
        for each in envelope["totals"]["listings"]
    ]
    return {"rows": rows, "listings": listings}


_ON_DISK = (
    *("kind", "skill_name", "project_id", "project_name", "state", "category", "visible"),
    *("total_invocations", "success_rate", "last_used"),
)
_NAMED = 10
"""Skills without description that are named for a project."""


def _changed(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "day": change["changed_at"][:10],
        "before": change["before"]["success_rate"],
        "after": change["after"]["success_rate"],
        "words": change["change_in_words"],
    }
