"""Skill files for the benchmarks: as long and as wordy as real ones, in made-up words.

Of 857 real skills in public repositories the warehouse keeps 247 different words each in the
mean, 258 in the median; half have between 188 and 313. Those made here have 248 and 264, because
some words are far more frequent than others and two of five are stop words, which are not kept.
"""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path

from schema.skill_words import STOP_WORDS

PER_PROJECT = 25
VOCABULARY, STEEPNESS = 9_000, 1.08
"""Words that all texts together are made of; the n-th is used in proportion to n ** -1.08."""

DESCRIPTION, BODY = 35, 900
"""Words, in the median; real ones have as many."""

STOPPED = 0.42
"""Share of the words that are stop words."""

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
_CODE = "\n```sh\nrun --all --with-care ./here\n```\n"


def make(root: Path, files: int, seed: int) -> list[Path]:
    """Write that many skills into projects below ``root``; the same for the same seed."""
    dice = random.Random(seed)
    words, stop_words = _words(), sorted(STOP_WORDS)
    weights = _weights()

    def text(median: int) -> str:
        length = max(4, round(dice.lognormvariate(0, 0.6) * median))
        stopped = sum(dice.random() < STOPPED for _ in range(length))
        chosen = dice.choices(words, cum_weights=weights, k=length - stopped)
        chosen += dice.choices(stop_words, k=stopped)
        dice.shuffle(chosen)
        return " ".join(chosen)

    projects = []
    for number in range(files):
        project = root / f"project-{number // PER_PROJECT:03}"
        if number % PER_PROJECT == 0:
            (project / ".git").mkdir(parents=True)
            projects.append(project)
        name = f"{dice.choice(words)}-{dice.choice(words)}-{number}"
        folder = project / ".claude" / "skills" / name
        (folder / "references").mkdir(parents=True)
        (folder / "references" / "more.md").write_text(text(60), encoding="utf-8")
        head = f"---\nname: {name}\ndescription: {text(DESCRIPTION)}\n---\n\n# {name}\n\n"
        body = f"{text(BODY // 2)}\n{_CODE}\n{text(BODY // 2)}\n"
        (folder / "SKILL.md").write_text(head + body, encoding="utf-8")
    return projects


def question(seed: int) -> str:
    """A question of eight words."""
    dice = random.Random(seed)
    weights = _weights()
    return " ".join(dice.choices(_words(), cum_weights=weights, k=8))


def _words() -> list[str]:
    dice = random.Random(0)
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(dice.choices(_SYLLABLES, k=dice.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(found)


def _weights() -> list[float]:
    """How often each word is used, added up."""
    return list(accumulate(rank**-STEEPNESS for rank in range(1, VOCABULARY + 1)))
