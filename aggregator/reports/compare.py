"""The same skill or agent in each project, and in each type of project."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures import Measures, Question, measure
from aggregator.reports.effectiveness import most_used_first, settle_kind
from schema.warehouse import Connection


@dataclass(frozen=True)
class Comparison:
    """Most used first. The ``group`` of ``by_type`` is '' for projects without a type."""

    by_project: list[Measures]
    by_type: list[Measures]


def compare(con: Connection, question: Question, name: str) -> Comparison:
    """The measures of ``name`` by project and by project type. Raises as ``effectiveness``."""
    question = settle_kind(con, question, name)
    return Comparison(
        most_used_first(question, measure(con, question, name=name, by="project")),
        most_used_first(question, measure(con, question, name=name, by="type")),
    )
