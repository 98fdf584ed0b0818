"""Which skills get worse, and where: the findings of ``health`` in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.answers import catalogue
from cli.answers.catalogue import Value
from cli.mcp_server.arguments import SkillTrends
from cli.mcp_server.fields import only, without
from cli.mcp_server.parts import Part, Row
from cli.session import Session
from schema.errors import UsageError
from schema.warehouse import Connection

_SIDE = ("known_outcomes", "success_rate", "typical_duration_ms")
_FINDING = (
    *("finding", "level", "where.in_words", "change", "ratio"),
    *(f"{side}.{name}" for side in ("current", "compared") for name in _SIDE),
)
_NOW_AND_BEFORE = tuple(
    f"success.{side}.{name}"
    for side in ("current", "previous")
    for name in ("known_outcomes", "success_rate")
)
_SIDES = ("comparison.success", "comparison.duration")
ROW = (
    *("kind", "skill_name", "status"),
    *(f"comparison.{name}" for name in ("change_in_words", "duration_in_words", "in_words")),
    *(f"comparison.{name}" for name in _NOW_AND_BEFORE),
    *(f"comparison.duration.{side}.typical_duration_ms" for side in ("current", "previous")),
    *(f"comparison.findings.{name}" for name in _FINDING),
    *(f"by_project.{name}" for name in ("project_id", "project_name")),
    *(f"by_project.compared.{name}" for name in _NOW_AND_BEFORE),
    *(f"by_type.{name}" for name in ("project_type", "projects", *_NOW_AND_BEFORE)),
)
"""The fields that are left of a row of ``health``."""

TOTALS = (
    *("names", "needs_attention", "worth_a_look", "expected_by_chance"),
    *("degrading", "improving", "stable", "insufficient_data"),
)
FILTERS = ("since", "until", "name", "projects")

LEVELS = ("needs attention", "worth a look", None)
"""The order of rows: what is sure and bad, what is unsure, then good news."""


class TrendsQuery:
    """The query of ``get_skill_trends``: rows with a finding, or the one skill asked about."""

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return {"health": ()}

    def __call__(self, con: Connection, session: Session, given: SkillTrends, /) -> list[Part]:
        if given.by is not None and given.name is None:
            raise UsageError("This needs a name.", "Name one skill or agent.", parameter="by")
        values: dict[str, Value] = {"name": given.name}
        result = catalogue.known("health").answer(con, session, given.options, values)
        whole = Part(result.answer.envelope(), result.query.footer())
        envelope = whole.envelope
        rows = [
            _shown(row, given.by or "project", whole=given.name is not None)
            for row in whole.rows
            if given.name is not None or row["comparison"]["findings"]
        ]
        rows.sort(key=_order)
        shown = {
            **envelope,
            "filters": {**only(envelope["filters"], FILTERS), "by": given.by},
            "data": rows,
            "totals": only(envelope["totals"], TOTALS),
        }
        return [Part(shown, whole.about)]


def _shown(row: Row, by: str, *, whole: bool) -> dict[str, Any]:
    """The row in short, its parts in one of two ways: first those of its findings."""
    # In a list the findings have the numbers.
    short: dict[str, Any] = only(row if whole else without(row, _SIDES), ROW)
    groups = [each["where"] for each in row["comparison"]["findings"]]
    named = {project for group in groups for project in group["project_ids"]}
    named |= {group["project_type"] for group in groups if group["group"] == "type"}
    for way in ("project", "type"):
        parts = short.pop(f"by_{way}")
        if way == by and parts:
            which = "project_id" if way == "project" else "project_type"
            parts.sort(key=lambda part: (part[which] not in named, _lost(part)))
            short[f"by_{way}"] = parts
    return short


def _order(row: Mapping[str, Any]) -> tuple[int, float]:
    findings = row["comparison"]["findings"]
    if not findings:
        return len(LEVELS), 0.0
    return LEVELS.index(findings[0]["level"]), -(findings[0]["current"]["known_outcomes"] or 0)


def _lost(part: Mapping[str, Any]) -> float:
    """The change of the success rate; what cannot be compared comes last."""
    success = part.get("compared", part)["success"]
    now, before = success["current"]["success_rate"], success["previous"]["success_rate"]
    return 1.0 if now is None or before is None else now - before
