"""What recorded the uses of every skill and agent, and who began them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.measures import Question, ask
from aggregator.outcomes import Outcomes
from aggregator.reports.tokens import has_transcripts
from schema.warehouse import Connection

Dimension = Literal["source", "trigger"]


@dataclass(frozen=True)
class Origin:
    """The uses of one skill or agent from one source, or begun in one way; None: not recorded.

    ``tokens`` are those of the runs that state them; None where none does.
    """

    kind: str
    skill_name: str
    dimension: Dimension
    value: str | None
    counts: Outcomes
    tokens: int | None


def origins(con: Connection, question: Question) -> list[Origin]:
    """Of every skill and agent by source and by trigger, most used first.

    Empty while no transcripts are stored: only their rows tell.
    """
    if not has_transcripts(con):
        return []
    return [
        Origin(kind, name, dimension, value, Outcomes(*counts), tokens)
        for kind, name, dimension, value, *counts, tokens in ask(
            con, "reports/origins_of_names", question
        )
    ]
