"""The category of a skill whose author names none: the best of the word lists of the table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from schema.skill_words import words_of

LEAST = 0.06
"""A smaller share of a list's words, weighed, says nothing about the category."""


@cache
def _lists() -> dict[str, frozenset[str]]:
    table = tomllib.loads((Path(__file__).parent / "categories.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words_of(words)) for name, words in table.items()}


def derived(weights: Mapping[str, float]) -> str | None:
    """The category whose words the skill explains best; None where it explains none of them."""
    coverage = {
        name: sum(weights.get(word, 0.0) for word in words) / len(words)
        for name, words in _lists().items()
    }
    best = max(coverage, key=lambda name: coverage[name])
    return best if coverage[best] >= LEAST else None
