"""How much of a question each text explains, by the words they share.

A word counts by how few texts have it (idf, over every text of the warehouse, so that a filtered
answer is a part of the whole one). What no text has counts most: what nobody explains stays
unexplained.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from aggregator.skills.meaning import MEANING, WORDS, Wordings
from schema.frozen import dataclass
from schema.skill_words import KEY_SETTING, WordHashes, words_of
from schema.statements import run, statement
from schema.stored_settings import stored_setting
from schema.warehouse import Connection

MAX_WORDS = 200
"""Distinct words of a question that are looked for."""

GOOD, MANY = 0.15, 860
"""Among so many skills a relevance is good from here on."""

NAME_WEIGHT = 4 / 7
"""What a word explains that stands in a name and nowhere else; see the weights of texts."""


@dataclass(frozen=True)
class Explained:
    """A text with its relevance, and the weights that it has for the question's words, in order."""

    digest: str
    relevance: float
    weights: Sequence[float]


@dataclass(frozen=True)
class Coverage:
    """The question's distinct words with the share of its weight that each has; all add up to 1.

    With several wordings the shares are the mean over them. ``texts`` are those that explain most,
    in no order. ``searched``: how many skills, agents and commands the searched files are.
    """

    shares: Mapping[str, float]
    texts: Sequence[Explained] = ()
    searched: int = 0

    def matched(self, text: Explained) -> list[str]:
        """The words that a text explains."""
        return [word for word, weight in zip(self.shares, text.weights, strict=True) if weight]

    def of_name(self, name: str) -> tuple[float, list[str]]:
        """The share that a skill explains of which only the name is known, and of which words."""
        named = set(words_of(name))
        found = [word for word in self.shares if word in named]
        return NAME_WEIGHT * sum(self.shares[word] for word in found), found


@dataclass(frozen=True)
class Searched:
    """Which texts are looked at: those that files have in these projects and for the user.

    ``projects`` None: in any active one. ``only``: of these texts, unless None. Those that have at
    least ``gate`` of the best relevance are found, and ``considered`` below that.
    """

    projects: Sequence[str] | None
    kind: str | None
    gone: bool
    only: Sequence[str] | None
    gate: float
    considered: int


def coverage(
    con: Connection, wordings: Sequence[str], near: Wordings | None, searched: Searched
) -> Coverage:
    """What the texts explain of a question in these wordings, at least one, the best of them.

    ``near``: the same wordings for a sentence model, where one takes part.
    """
    split = [list(dict.fromkeys(words_of(each)))[:MAX_WORDS] for each in wordings]
    # A wording without words explains nothing and asks for nothing.
    asked = [each for each in split if each]
    words = list(dict.fromkeys(word for each in asked for word in each))
    number = {word: position for position, word in enumerate(words, start=1)}
    hashes = word_hashes(con)
    rows = []
    if hashes is not None:
        values = vars(searched) | {
            "words": [hashes[word] for word in words],
            "asked": [
                {"wording": wording, "number": number[word]}
                for wording, each in enumerate(asked)
                for word in each
            ],
            "wordings": len(asked),
            "vectors": near.vectors if near else [],
            "model": near.model if near else None,
            "words_part": WORDS,
            "meaning_part": MEANING,
        }
        text = statement("aggregator/skills/sql/explained.sql")
        rows = run(con, text, values).fetchall()
    known, searched_files = rows[0][:2] if rows else ([], 0)
    # Without any text all words count alike.
    shares = known or [
        sum((word in each) / len(each) for each in asked) / len(asked) for word in words
    ]
    found = [Explained(*row) for _, _, *row in rows if row[0] is not None]
    return Coverage(dict(zip(words, shares, strict=True)), found, searched_files)


def word_hashes(con: Connection) -> WordHashes | None:
    """The hashes by which this warehouse keeps words; None where it keeps none yet."""
    key = stored_setting(con, KEY_SETTING)
    return None if key is None else WordHashes(bytes.fromhex(key))


def good_from(searched: int) -> float:
    """The least relevance that is a good fit, among so many skills.

    Of more skills the best explains more of any question, even of one that none answers: the best
    of n draws grows about as sqrt(ln n), so what is good does. Beyond ``MANY`` it stays, because
    no larger collection with known answers was there to measure.
    """
    return GOOD * min(1.0, math.sqrt(math.log1p(searched) / math.log1p(MANY)))


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
