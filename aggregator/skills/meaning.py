"""What a sentence model adds to the words, where one is installed: never instead of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schema.errors import UsageError
from schema.statements import run, statement
from schema.warehouse import Connection

WORDS, MEANING = 2 / 3, 1 / 3
"""How much the words count, and the cosine of the vectors."""


def cosines(con: Connection, wordings: Sequence[str]) -> tuple[dict[str, float], str | None]:
    """How near each text is to the question, 0..1, by digest: the mean over its wordings.

    Empty where no vectors are stored; then nothing of the model is imported. With a sentence where
    the model that made them cannot be run.
    """
    stored = con.execute("select model from skill_vectors limit 1").fetchall()
    if not stored:
        return {}, None
    # Imported here: most warehouses have no vectors.
    from schema.sentence_model import chosen, load

    files = chosen(con)
    if files is None or files.name != stored[0][0]:
        return {}, f"Without the sentence model {stored[0][0]}: only words are compared."
    try:
        vectors = load(files).vectors(list(wordings))
    except UsageError as error:
        return {}, f"{error.message} Only words are compared."
    text = statement("aggregator/skills/sql/cosines.sql")
    return dict(run(con, text, {"wordings": vectors, "model": files.name}).fetchall()), None


def together(coverage: Mapping[str, float], near: Mapping[str, float]) -> dict[str, float]:
    """The relevance of each text, from what its words explain and how near its meaning is.

    A text without a vector is known by its words alone.
    """
    if not near:
        return dict(coverage)
    found = {
        digest: WORDS * coverage.get(digest, 0.0) + MEANING * cosine
        for digest, cosine in near.items()
    }
    return dict(coverage) | found
