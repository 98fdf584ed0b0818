"""Skills on disk in the short text: what ``find`` and ``skills`` answer, a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator import text
from cli.mcp_server.short_words import named, rate, shortened, titled

Row = Mapping[str, Any]


def headline(totals: Row) -> str:
    """What was searched, or what there is and whose description is not shown."""
    if "skills_searched" in totals:
        fit = "" if totals["fits"] else "No good match. "
        searched = text.counted(totals["skills_searched"], "skill")
        return f"{fit}Searched {searched} in {text.counted(totals['projects'], 'project')}"
    files = text.counted(totals["files"], "file")
    over = [each for each in totals["listings"] if each["over"]]
    many = "; ".join(
        f"in {named(each['project_name'])} {each['characters']:,} characters for {each['budget']:,}"
        for each in over
    )
    return f"{files} with {totals['texts']:,} different texts" + (many and f"; too long: {many}")


def found(row: Row) -> str:
    """An answer of ``find``."""
    uses = text.counted(row["total_invocations"], "use")
    where = ", ".join(dict.fromkeys(place["project_name"] for place in row["places"][:3]))
    description = shortened(row["description"] or "(no file)", 160)
    return (
        f"{row['rank']}. {titled(row)}: {row['fit']} fit; {uses}, {rate(row)}; in"
        f" {shortened(where, 80) or 'no project'}. {description}"
    )


def listed(row: Row) -> str:
    """A file of ``skills``, with its last change."""
    related = dict.fromkeys(
        f"{each['relation']} of {named(each['skill_name'])} in {named(each['project_name'])}"
        for each in row["relations"][:3]
    )
    uses = text.counted(row["total_invocations"], "use")
    parts = [", ".join(row["states"]), f"{uses}, {text.percent(row['success_rate'])} succeeded"]
    parts += [", ".join(related)] if related else []
    for change in row["changes"][:1]:
        sides = [
            f"{text.percent(change[side]['success_rate'])} of {change[side]['known_outcomes']:,}"
            for side in ("before", "after")
        ]
        day = change["changed_at"][:10]
        parts.append(f"text changed {day}: {' to '.join(sides)}, {change['change_in_words']}")
    return f"{titled(row)} in {named(row['project_name'])}: {'; '.join(parts)}"
