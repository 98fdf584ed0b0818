"""Skill files for the benchmarks: as long and as wordy as real ones, in made-up words."""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path

PER_PROJECT = 25
VOCABULARY = 9_000
"""Words that all texts together are made of; the n-th is used in proportion to 1 / n."""

DESCRIPTION, BODY = 35, 900
"""Words, in the median; real ones have as many."""

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
_CODE = "\n```sh\nrun --all --with-care ./here\n```\n"


def make(root: Path, files: int, seed: int) -> list[Path]:
    """Write that many skills into projects below ``root``; the same for the same seed."""
    dice = random.Random(seed)
    words = _words()
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def text(median: int) -> str:
        length = max(4, round(dice.lognormvariate(0, 0.6) * median))
        return " ".join(dice.choices(words, cum_weights=weights, k=length))

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
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    return " ".join(dice.choices(_words(), cum_weights=weights, k=8))


def _words() -> list[str]:
    dice = random.Random(0)
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(dice.choices(_SYLLABLES, k=dice.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(found)
