"""How much of a question each text explains, by the words they share.

A word counts by how few texts have it (idf, over every text of the warehouse, so that a filtered
answer is a part of the whole one). What no text has counts most: what nobody explains stays
unexplained.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schema.skill_words import KEY_SETTING, WordHashes, words_of
from schema.statements import run, statement
from schema.warehouse import Connection

MAX_WORDS = 200
"""Distinct words of a question that are looked for."""

NAME_WEIGHT = 4 / 7
"""What a word explains that stands in a name and nowhere else; see the weights of texts."""


@dataclass(frozen=True)
class Wording:
    """One wording of a question: its distinct words, each with the text that was typed for it."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """The question's words weighed. ``relevance`` is by digest, 0..1, of all texts with a word.

    ``matched`` are the words that a text explains; ``texts`` how many texts there are.
    """

    wordings: tuple[Wording, ...]
    idf: Mapping[str, float]
    texts: int
    relevance: dict[str, float] = field(default_factory=dict)
    matched: dict[str, list[str]] = field(default_factory=dict)

    def of_name(self, name: str) -> tuple[float, list[str]]:
        """The relevance of a skill of which only the name is known, and the words it explains."""
        named = set(words_of(name))
        found = {word: NAME_WEIGHT for word in self.idf if word in named}
        return self.of_words(found), list(found)

    def of_words(self, weights: Mapping[str, float]) -> float:
        """The mean coverage over the wordings of what explains these words."""
        return sum(_covered(each, self.idf, weights) for each in self.wordings) / len(self.wordings)


def coverage(con: Connection, wordings: Sequence[str]) -> Coverage:
    """What each text explains of a question in these wordings, at least one."""
    split = [Wording(tuple(dict.fromkeys(words_of(each)))[:MAX_WORDS]) for each in wordings]
    # A wording without words explains nothing and asks for nothing.
    asked = tuple(each for each in split if each.words) or tuple(split[:1])
    words = list(dict.fromkeys(word for each in asked for word in each.words))
    hashes = word_hashes(con)
    if hashes is None:
        return Coverage(asked, dict.fromkeys(words, 1.0), 0)
    rows = run(
        con,
        statement("aggregator/skills/sql/words_found.sql"),
        {"words": [hashes[word] for word in words]},
    ).fetchall()
    times = [0] * len(words)
    found: dict[str, dict[str, float]] = {}
    for digest, weights in rows:
        for number, weight in enumerate(weights):
            if weight is not None:
                times[number] += 1
                found.setdefault(digest, {})[words[number]] = weight
    idf = {word: idf_of(n, len(rows)) for word, n in zip(words, times, strict=True)}
    done = Coverage(asked, idf, len(rows))
    for digest, weighed in found.items():
        done.relevance[digest] = done.of_words(weighed)
        done.matched[digest] = [word for word in words if word in weighed]
    return done


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


def _covered(wording: Wording, idf: Mapping[str, float], weights: Mapping[str, float]) -> float:
    whole = sum(idf[word] for word in wording.words)
    found = sum(idf[word] * weights.get(word, 0.0) for word in wording.words)
    return found / whole if whole else 0.0
