"""Where a name fails though it works elsewhere: each part against the others, by more than chance.

A part is a project, or a way through the skill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from aggregator.changes import ENOUGH, LEVEL
from aggregator.reports.effectiveness import INSIGHT_GAP
from aggregator.reports.recommendations.recommendation import Rate, together
from aggregator.statistics.many import adjusted
from aggregator.statistics.proportions import equality

Name = TypeVar("Name")
Part = TypeVar("Part")

WORKS = 0.7
"""Success rate from which something is said to work where it is contrasted with what fails."""


@dataclass(frozen=True)
class Contrast(Generic[Name, Part]):
    """The parts where ``name`` fails, each with its rate and p-value, and the rate elsewhere."""

    name: Name
    failing: tuple[tuple[Part, Rate, float], ...]
    elsewhere: Rate


def contrasts(
    names: Iterable[tuple[Name, Mapping[Part, Rate]]],
) -> list[Contrast[Name, Part]]:
    """Names whose rate in some parts is below that of the others by at least ``INSIGHT_GAP``.

    Each part with ``ENOUGH`` known outcomes is tested against all others together (Fisher's test,
    beyond its reach the score test); over all parts of all names at once the false discovery rate
    is ``LEVEL``. A part that is nearer is not tested and counts as a comparison with p = 1.
    """
    tested: list[tuple[Name, Part, float]] = []
    by_name: dict[Name, Mapping[Part, Rate]] = {}
    for name, parts in names:
        by_name[name] = parts
        tested += [(name, part, p) for part, p in _tests(parts)]
    corrected = adjusted([p for *_, p in tested])
    found: dict[Name, dict[Part, float]] = {}
    for (name, part, _), p in zip(tested, corrected, strict=True):
        if p <= LEVEL:
            found.setdefault(name, {})[part] = p
    return [
        contrast
        for name, failing in found.items()
        if (contrast := _contrast(name, by_name[name], failing)) is not None
    ]


def _tests(parts: Mapping[Part, Rate]) -> list[tuple[Part, float]]:
    whole = together(parts.values())
    tests = []
    for part, here in parts.items():
        rest = Rate(whole.successes - here.successes, whole.known - here.known)
        if min(here.known, rest.known) < ENOUGH:
            continue
        far = rest.successes / rest.known - here.successes / here.known >= INSIGHT_GAP
        p = equality(here.successes, here.known, rest.successes, rest.known) if far else 1.0
        tests.append((part, p))
    return tests


def _contrast(
    name: Name, parts: Mapping[Part, Rate], failing: Mapping[Part, float]
) -> Contrast[Name, Part] | None:
    """None where it does not work elsewhere either."""
    elsewhere = together(rate for part, rate in parts.items() if part not in failing)
    if elsewhere.known < ENOUGH or elsewhere.successes / elsewhere.known < WORKS:
        return None
    told = tuple((part, parts[part], p) for part, p in failing.items())
    return Contrast(name, told, elsewhere)
