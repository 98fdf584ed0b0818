"""How words and meaning are mixed, held against plain Python; no model runs here."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from aggregator.skills.coverage import Searched, coverage
from aggregator.skills.meaning import Wordings
from conftest import Fleet
from schema.warehouse import Connection
from skill_trees import write_skill

SIZE = 8
MODEL = "made here"


def direction(dice: random.Random) -> list[float]:
    """A vector of length 1; half of the pairs of them have a cosine below zero."""
    values = [dice.gauss(0, 1) for _ in range(SIZE)]
    length = math.hypot(*values)
    return [value / length for value in values]


def relevances(con: Connection, wordings: Sequence[str], near: Wordings | None) -> dict[str, float]:
    found = coverage(con, wordings, near, Searched(None, None, False, None, 0.0, 50))
    return {each.digest: each.relevance for each in found.texts}


@pytest.mark.parametrize(
    "wordings", [["merge pages"], ["merge pages", "slides of a talk", "zebra"]]
)
def test_relevance_is_two_thirds_words_and_one_third_meaning(
    fleet: Fleet, wordings: list[str]
) -> None:
    """The mean over the wordings of both; a cosine below zero counts as none, and never alone.

    A text without a vector, or with that of another model, is compared by words alone.
    """
    app = fleet.project()
    for name in ("merging", "pages", "slides", "talks", "bread", "cakes", "flour", "yeast"):
        write_skill(app, name, f"Works on {name} and merges what a talk has.")
    fleet.collect()
    dice = random.Random(5)
    with fleet.warehouse.writing() as con:
        digests = [
            row[0] for row in con.execute("select digest from skill_texts order by 1").fetchall()
        ]
        stored = {digest: direction(dice) for digest in digests[:-2]}
        for digest, vector in stored.items():
            con.execute("insert into skill_vectors values (?, ?, ?)", [digest, MODEL, vector])
        con.execute(
            "insert into skill_vectors values (?, 'other', ?)", [digests[-1], direction(dice)]
        )
    asked = [direction(dice) for _ in wordings]
    with fleet.warehouse.reading() as con:
        by_words = relevances(con, wordings, None)
        mixed = relevances(con, wordings, Wordings(asked, MODEL))

    cosines = {
        digest: [sum(a * b for a, b in zip(vector, each, strict=True)) for each in asked]
        for digest, vector in stored.items()
    }
    assert min(min(each) for each in cosines.values()) < 0 < max(map(max, cosines.values()))
    expected = {}
    for digest in digests:
        words = by_words.get(digest, 0.0)
        if digest in cosines:
            meaning = sum(max(0, each) for each in cosines[digest]) / len(wordings)
            words = 2 / 3 * words + 1 / 3 * meaning
        if words:
            expected[digest] = words
    assert mixed == pytest.approx(expected, abs=1e-6)
