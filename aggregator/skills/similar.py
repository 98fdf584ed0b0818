"""How alike texts are: the cosine of their weighed words. No model takes part."""

from __future__ import annotations

import math
from collections.abc import Sequence

from aggregator.skills.coverage import idf_of
from schema.frozen import dataclass
from schema.statements import row_count, run, statement
from schema.warehouse import Connection

VERSION = 0.8
"""From here on two texts of one name are versions of one skill."""

RENAMED = 0.9
"""From here on two texts of different names are one skill under two names."""

OVERLAP = 0.6
"""From here on two texts of different names compete for the same requests."""

NAMESAKE = 0.5
"""Below, two texts of one name are different skills."""


@dataclass(frozen=True)
class Vectors:
    """Texts as vectors of length 1 over their words, by digest."""

    by_digest: dict[str, dict[int, float]]

    def cosine(self, one: str, other: str) -> float:
        """How alike two texts are, 0..1; 1 for one text."""
        if one == other:
            return 1.0
        left, right = self.by_digest.get(one, {}), self.by_digest.get(other, {})
        if len(left) > len(right):
            left, right = right, left
        return sum(value * right.get(word, 0.0) for word, value in left.items())


def vectors(con: Connection, digests: Sequence[str]) -> Vectors:
    """The vectors of these texts."""
    if not digests:
        return Vectors({})
    total = row_count(con, "skill_texts")
    text = statement("aggregator/skills/sql/vectors.sql")
    found = {}
    for digest, words, weights, times in run(con, text, {"digests": list(digests)}).fetchall():
        values = [
            weight * idf_of(count, total) for weight, count in zip(weights, times, strict=True)
        ]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        found[digest] = {word: v / length for word, v in zip(words, values, strict=True)}
    return Vectors(found)
