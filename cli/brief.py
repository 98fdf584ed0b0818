"""``recommend --markdown``: a section for an agent's instructions.

The same warehouse, query and day give the same text. Names are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aggregator import text
from aggregator.answers.advice import Wording
from aggregator.answers.recommend import answer_of
from aggregator.calendar import ALL_TIME
from aggregator.measures import Measures, measure
from aggregator.parameters import ADVICE_LIMIT
from aggregator.presence import Name
from aggregator.query import Query
from aggregator.reports.recommendations.recommend import Recommendations
from cli.verdicts import word
from schema.warehouse import Connection

NAMES_SHOWN = 20
"""Rows of the table. Agents read it at every start, so it is short."""

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>|~#&$!@]|:(?=\S))")


def brief(con: Connection, query: Query, *, limit: int = ADVICE_LIMIT.default) -> str:
    """The section, starting with a second-level heading."""
    # The section is for a file that is committed, which more people read than are in the team.
    result = answer_of(con, query, action=None, limit=limit, from_team=False)
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
        "## Skills and agents",
        "",
        f"In {where}, {evidence.span.since} to {evidence.span.until} (zone {escaped(query.zone)}):"
        f" {text.skills_and_agents(found.names)}, {text.counted(found.known, 'outcome')}.",
        "",
    ]
    if found.names:
        lines += [*_table(found, query, measures), ""]
    lines += ["### To do", ""]
    for number, recommended in enumerate(found.rows, start=1):
        effect = wording.effect(recommended)
        parts = [escaped(wording.statement(recommended)), *([escaped(effect)] if effect else [])]
        lines.append(f"{number}. **{escaped(wording.what(recommended))}.** {' '.join(parts)}")
    if not found.rows:
        lines.append(f"Nothing to do: checked {text.skills_and_agents(found.judged)}.")
    if found.optimizers:
        lines += ["", "### From the projects' optimizers (not checked by skillhouse)", ""]
        lines += [
            f"- {escaped(wording.project(each.project_id) or '')}, about {escaped(each.agent)},"
            f" {text.day(each.recommended_at, query.zone)}: {escaped(each.message)}"
            for each in found.optimizers
        ]
    return "\n".join(lines)


def _table(found: Recommendations, query: Query, measures: Mapping[Name, Measures]) -> list[str]:
    evidence = found.evidence
    used = sorted(
        (-each.both.known, name[1], name[0])
        for name, each in evidence.of_targets.items()
        if each.both.known
    )
    lines = [
        "| Name | Kind | Success | Outcomes | 95% interval | Trend | Quality | Mean duration"
        " | Last used |",
        "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for _, name, kind in used[:NAMES_SHOWN]:
        rate = evidence.of_targets[kind, name].both
        change = evidence.findings.of(kind, name).change
        sure = change.verdict in ("improving", "degrading")
        life = measures[kind, name]
        cells = (
            escaped(name),
            kind,
            text.percent(rate.rate),
            text.count(rate.known),
            text.interval(rate.interval),
            f"{word(change.verdict)} ({text.points(change.change)})"
            if sure
            else word(change.verdict),
            text.decimal(life.avg_quality_score),
            text.duration(life.avg_duration_ms),
            text.day(life.last_used, query.zone),
        )
        lines.append(f"| {' | '.join(cells)} |")
    if len(used) > NAMES_SHOWN:
        lines += ["", f"{text.count(len(used) - NAMES_SHOWN)} more with fewer uses."]
    return [*lines, "", "Quality, mean duration and last use: all time."]


def escaped(value: str) -> str:
    """Text escaped for Markdown, so that it is shown as it is."""
    shown = _PUNCTUATION.sub(r"\\\1", " ".join(text.plain(value).split()))
    return shown.replace("www.", r"www\.")
