"""One test of a skill, with the group that explains it best among all that were tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Protocol

from aggregator.findings.finding import Group, GroupKind, Matter
from aggregator.findings.sample import Sample
from aggregator.statistics import clustered
from aggregator.statistics.clustered import Score

TRIES = {"everywhere": 2, "type": 4, "project": 8, "projects": 8}
"""Half of a test's level is for all projects together and a quarter for types, an eighth each for
single projects and for several; among types and among projects it is shared out evenly. Where
only groups can be meant, they have all of it."""

NEVER = 2.0
"""A least change that no change reaches: of a test that found no group."""

WORTH_TESTING = 2.0
"""A group whose score is nearer to 0 than so many deviations is not tested more exactly."""


@dataclass(frozen=True)
class Tried:
    """``p_value`` has paid for all groups. ``like_with_like`` is the change with each project
    compared with itself: of a rate, or the ratio of durations. ``limit`` is the rate that a low one
    is held against."""

    matter: Matter
    p_value: float
    group: Group
    here: Sample
    there: Sample
    like_with_like: float
    least_change: float
    scores: Sequence[Score] = field(default=(), repr=False)
    limit: float | None = None
    evidence: float = 0.0

    def between_clusters(self) -> float:
        """See ``clustered.between_clusters``, of the group's projects."""
        return clustered.between_clusters(self.scores)


class Test(Protocol):
    """The p-value of no change in the projects at these places, which have this score."""

    def __call__(self, places: Sequence[int], score: Score) -> float: ...


@dataclass(frozen=True)
class Candidate:
    """A group of projects (their places) in which there may be a change in the direction ``sign``.

    ``evidence`` is less what trying as many groups costs.
    """

    kind: GroupKind
    value: str | None
    places: tuple[int, ...]
    sign: int
    evidence: float


def best_of(
    scores: Sequence[Score],
    types: Sequence[str | None],
    is_enough: Sequence[bool],
    exact: Test,
    signs: Sequence[int] = (1, -1),
    *,
    everywhere: bool = True,
    cautious: Sequence[Score] | None = None,
) -> tuple[float, list[Candidate]]:
    """The p-value of no change anywhere, and the candidates, the likeliest first.

    ``is_enough``: whether a single project has enough observations to be a group of its own.
    ``cautious``: other scores, by which several projects together are tested.
    """
    by_type: dict[str, list[int]] = {}
    for place, project_type in enumerate(types):
        if project_type is not None:
            by_type.setdefault(project_type, []).append(place)
    if len(by_type) + any(each is None for each in types) < 2:
        by_type = {}
    # A type with one project is that project.
    by_type = {each: places for each, places in by_type.items() if len(places) > 1}
    singles = [place for place, enough in enumerate(is_enough) if enough]
    if len(scores) < 2:
        singles = []
    p_values = [1.0]
    found: list[Candidate] = []
    part = 1.0 if everywhere else 0.5

    def try_group(
        kind: GroupKind, value: str | None, places: tuple[int, ...], tries: float
    ) -> None:
        score = (
            scores[places[0]]
            if len(places) == 1
            else clustered.added([scores[place] for place in places])
        )
        z = score.z
        sign = 1 if z > 0 else -1
        if sign not in signs:
            return
        p = clustered.two_sided(z)
        if abs(z) >= WORTH_TESTING:
            p = exact(places, score)
            number = {"type": len(by_type), "project": len(singles)}.get(kind, 1)
            cost = log(number) + (log(2) if kind == "project" else 0)
            found.append(
                Candidate(kind, value, places, sign, clustered.evidence(score, sign) - cost)
            )
        p_values.append(min(1.0, p * tries))

    if everywhere:
        alone = len(scores) < 2
        try_group(
            "everywhere", None, tuple(range(len(scores))), 1 if alone else TRIES["everywhere"]
        )
    for project_type, places in by_type.items():
        try_group("type", project_type, tuple(places), part * TRIES["type"] * len(by_type))
    for place in singles:
        try_group("project", None, (place,), part * TRIES["project"] * len(singles))
    if len(scores) > 2:
        for sign in signs:
            some = clustered.several(scores, sign)
            if some.evidence > 0 and len(some.members) > 1:
                sure = some if cautious is None else clustered.several(cautious, sign)
                p_values.append(min(1.0, exp(min(0.0, -sure.evidence)) * part * TRIES["projects"]))
                found.append(
                    Candidate("projects", None, some.members, sign, some.evidence - log(2))
                )
    found.sort(key=lambda each: -each.evidence)
    return min(p_values), found
