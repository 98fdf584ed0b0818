"""How much of a question each text explains, by the words they share.

A word counts by how few texts have it (idf, over every text of the warehouse, so that a filtered
answer is a part of the whole one). What no text has counts most: what nobody explains stays
unexplained.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul

from schema.skill_words import KEY_SETTING, WordHashes, words_of
from schema.statements import run, statement
from schema.warehouse import Connection

MAX_WORDS = 200
"""Distinct words of a question that are looked for."""

NAME_WEIGHT = 4 / 7
"""What a word explains that stands in a name and nowhere else; see the weights of texts."""


@dataclass(frozen=True)
class Coverage:
    """The question's distinct words with the share of its weight that each has; all add up to 1.

    With several wordings the shares are the mean over them. ``by_text`` are the weights that a text
    has for the words, in their order, by digest; texts without any of them are missing.
    """

    shares: Mapping[str, float]
    by_text: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def relevances(self) -> dict[str, float]:
        """The share of the question that each text explains, 0..1."""
        shares = list(self.shares.values())
        return {digest: sum(map(mul, shares, found)) for digest, found in self.by_text.items()}

    def matched(self, digest: str) -> list[str]:
        """The words that a text explains."""
        found = self.by_text.get(digest)
        return (
            [word for word, weight in zip(self.shares, found, strict=True) if weight]
            if found
            else []
        )

    def of_name(self, name: str) -> tuple[float, list[str]]:
        """The share that a skill explains of which only the name is known, and of which words."""
        named = set(words_of(name))
        found = [word for word in self.shares if word in named]
        return NAME_WEIGHT * sum(self.shares[word] for word in found), found


def coverage(con: Connection, wordings: Sequence[str]) -> Coverage:
    """What each text explains of a question in these wordings, at least one."""
    split = [list(dict.fromkeys(words_of(each)))[:MAX_WORDS] for each in wordings]
    # A wording without words explains nothing and asks for nothing.
    asked = [each for each in split if each]
    words = list(dict.fromkeys(word for each in asked for word in each))
    hashes = word_hashes(con)
    if hashes is None or not words:
        return Coverage(_shares(asked, dict.fromkeys(words, 1.0)))
    rows = run(
        con,
        statement("aggregator/skills/sql/words_found.sql"),
        {"words": [hashes[word] for word in words]},
    ).fetchall()
    found = {digest: weights for digest, weights in rows if any(weights)}
    times = [sum(map(bool, column)) for column in zip(*found.values(), strict=True)]
    known = zip(words, times or [0] * len(words), strict=True)
    return Coverage(_shares(asked, {word: idf_of(n, len(rows)) for word, n in known}), found)


def _shares(asked: Sequence[Sequence[str]], idf: Mapping[str, float]) -> dict[str, float]:
    """The mean share that each word has of the weight of the wordings."""
    found = dict.fromkeys(idf, 0.0)
    for words in asked:
        whole = sum(idf[word] for word in words) * len(asked)
        for word in words:
            found[word] += idf[word] / whole if whole else 0.0
    return found


def word_hashes(con: Connection) -> WordHashes | None:
    """The hashes by which this warehouse keeps words; None where it keeps none yet."""
    query = "select value from settings where key = $key"
    found = con.execute(query, {"key": KEY_SETTING}).fetchall()
    return WordHashes(bytes.fromhex(found[0][0])) if found else None


def idf_of(times: int, texts: int) -> float:
    """How much a word counts that so many of the texts have."""
    return math.log(1 + (texts - times + 0.5) / (times + 0.5))


def as_typed(wordings: Iterable[str], words: Iterable[str]) -> list[str]:
    """The words in the spelling of the question, in its order."""
    wanted = set(words)
    typed: dict[str, str] = {}
    for wording in wordings:
        for part in wording.split():
            for word in words_of(part):
                if word in wanted:
                    typed.setdefault(word, part.strip(".,;:!?\"'()[]").lower())
    return list(dict.fromkeys(typed.values()))
