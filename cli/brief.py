"""A section for an agent's brief: how skills and agents do, and what to do about it, in Markdown.

The same warehouse, question and day give the same text. Whatever a name holds stays a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aggregator.answers.advice import Wording
from aggregator.answers.recommend import recommend
from aggregator.calendar import ALL_TIME
from aggregator.measures import Measures, measure
from aggregator.presence import Name
from aggregator.query import Query
from aggregator.reports.recommendations.recommend import Recommendations
from aggregator.reports.recommendations.rules import changed
from cli import text
from schema.warehouse import Connection

NAMES_SHOWN = 20
"""A brief is read at every start: the most used names are enough."""

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>|~#&$!@]|:(?=\S))")


def brief(con: Connection, query: Query, *, limit: int = 20) -> str:
    """The section, beginning with a heading of the second level."""
    result = recommend(con, query, limit=limit)
    ever = measure(con, result.query.question.over(ALL_TIME))
    measures = {(each.kind, each.skill_name): each for each in ever}
    return _section(
        result.data, result.query, Wording(result.data.evidence, query.details), measures
    )


def _section(
    found: Recommendations, query: Query, wording: Wording, measures: Mapping[Name, Measures]
) -> str:
    evidence = found.evidence
    scope = query.question.scope
    where = (
        "all projects" if scope.is_default else ", ".join(escaped(p.name) for p in scope.projects)
    )
    lines = [
        "## How skills and agents do",
        "",
        f"In {where}, {evidence.span.since} to {evidence.span.until} (zone {escaped(query.zone)}):"
        f" {text.counted(found.names, 'name')}, {text.counted(found.known, 'known outcome')}.",
        "",
    ]
    if found.names:
        lines += [*_table(found, query, measures), ""]
    lines += ["### To do", ""]
    for number, told in enumerate(found.rows, start=1):
        effect = wording.effect(told)
        parts = [escaped(wording.statement(told)), *([escaped(effect)] if effect else [])]
        lines.append(f"{number}. **{escaped(wording.what(told))}.** {' '.join(parts)}")
    if not found.rows:
        judged = text.counted(found.judged, "name")
        lines.append(f"Nothing: {judged} with enough known outcomes to judge by give no reason.")
    if found.optimizers:
        lines += ["", "### What the projects' own optimizers wrote", ""]
        lines += [
            f"- {escaped(wording.project(each.project_id) or '')}, about {escaped(each.agent)},"
            f" {text.day(each.recommended_at, query.zone)}: {escaped(each.message)}"
            for each in found.optimizers
        ]
    return "\n".join(lines)


def _table(found: Recommendations, query: Query, measures: Mapping[Name, Measures]) -> list[str]:
    evidence = found.evidence
    of_changes = changed(evidence)
    used = sorted(
        (-each.both.known, name[1], name[0])
        for name, each in evidence.of_targets.items()
        if each.both.known
    )
    lines = [
        "| Name | Kind | Success | Known outcomes | 95 % interval | Trend | Quality | Mean time"
        " | Last used |",
        "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for _, name, kind in used[:NAMES_SHOWN]:
        rate = evidence.of_targets[kind, name].both
        change = of_changes[kind, name]
        sure = change.verdict in ("improving", "degrading")
        life = measures[kind, name]
        cells = (
            escaped(name),
            kind,
            text.percent(rate.rate),
            text.count(rate.known),
            text.interval(rate.interval),
            f"{change.verdict} ({text.points(change.change)})" if sure else change.verdict,
            text.decimal(life.avg_quality_score),
            text.duration(life.avg_duration_ms),
            text.day(life.last_used, query.zone),
        )
        lines.append(f"| {' | '.join(cells)} |")
    if len(used) > NAMES_SHOWN:
        lines += ["", f"{text.count(len(used) - NAMES_SHOWN)} more are used less."]
    return [*lines, "", "Quality, mean time and last use are of all time."]


def escaped(value: str) -> str:
    """Text that Markdown shows as it is: no emphasis, link, tag, table cell or mention of it."""
    shown = _PUNCTUATION.sub(r"\\\1", " ".join(text.plain(value).split()))
    return shown.replace("www.", r"www\.")
