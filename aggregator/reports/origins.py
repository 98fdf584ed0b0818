"""What recorded the uses of every skill and agent, and who began them."""

from __future__ import annotations

from typing import Literal

from aggregator.measures import Question, ask
from aggregator.outcomes import Outcomes
from aggregator.reports.tokens import has_transcripts
from schema.columns import TRANSCRIPT_SOURCES
from schema.errors import UnknownName
from schema.frozen import dataclass
from schema.statements import statement
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


def known_source(con: Connection, source: str | None) -> str | None:
    """The source as rows name it, also where it was written with hyphens; None: any. Raises
    UnknownName for one that recorded nothing and is not a tool's."""
    if source is None:
        return None
    wanted = source.strip().lower().replace("-", "_")
    query = statement("aggregator/reports/sources.sql")
    stored = [each for (each,) in con.execute(query).fetchall()]
    known = sorted({*stored, *TRANSCRIPT_SOURCES})
    if wanted not in known:
        raise UnknownName(f"No use comes from a source {source!r}.", f"Known: {', '.join(known)}.")
    return wanted


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
