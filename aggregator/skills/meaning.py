"""What a sentence model adds to the words, where one is installed: never instead of them."""

from __future__ import annotations

from collections.abc import Sequence

from schema.errors import UsageError
from schema.frozen import dataclass
from schema.statements import run, statement
from schema.warehouse import Connection

WORDS, MEANING = 2 / 3, 1 / 3
"""How much the words count, and the cosine of the vectors."""


@dataclass(frozen=True)
class Wordings:
    """The vectors of a question's wordings, by the model that made those of the texts."""

    vectors: list[list[float]]
    model: str


def wordings_of(con: Connection, wordings: Sequence[str]) -> tuple[Wordings | None, str | None]:
    """What a sentence model makes of a question.

    None where no vectors of texts are stored; then nothing of the model is imported. With a
    sentence where the model that made them cannot be run.
    """
    stored = run(con, statement("aggregator/skills/sql/model_of_vectors.sql"), {}).fetchall()
    if not stored:
        return None, None
    # Imported here: most warehouses have no vectors.
    from schema.sentence_model import chosen, load

    files = chosen(con)
    if files is None or files.name != stored[0][0]:
        return None, f"Without the sentence model {stored[0][0]}: only words are compared."
    try:
        return Wordings(load(files).vectors(list(wordings)), files.name), None
    except UsageError as error:
        return None, f"{error.message} Only words are compared."
