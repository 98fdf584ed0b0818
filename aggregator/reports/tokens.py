"""What runs of agents cost, in tokens, where their transcripts state it."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.measures import Question, ask
from schema.frozen import dataclass
from schema.statements import has_rows
from schema.warehouse import Connection


@dataclass(frozen=True)
class Tokens:
    """Tokens summed over the runs that state them; None where none of these states that part."""

    runs: int
    input: int | None
    output: int | None
    cache: int | None
    total: int


def has_transcripts(con: Connection) -> bool:
    """Whether anything was ever read of transcripts: only their rows know triggers and tokens."""
    return has_rows(con, "transcript_pieces")


def tokens_by_name(con: Connection, question: Question) -> dict[str, Tokens]:
    """The tokens of each agent in the question's span and projects; those without any are left
    out."""
    if question.kind == "skill" or not has_transcripts(con):
        return {}
    return {name: Tokens(*sums) for name, *sums in ask(con, "reports/tokens", question)}


def added(parts: Iterable[Tokens | None]) -> Tokens | None:
    """All of them together; None where there is none."""
    stated = [each for each in parts if each is not None]
    if not stated:
        return None
    return Tokens(
        sum(each.runs for each in stated),
        _sum(each.input for each in stated),
        _sum(each.output for each in stated),
        _sum(each.cache for each in stated),
        sum(each.total for each in stated),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    stated = [count for count in counts if count is not None]
    return sum(stated) if stated else None
