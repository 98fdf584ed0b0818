"""A finding: what changed or fails, by how much, how sure that is, and in which group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aggregator.changes import Change
from aggregator.durations import Pace
from aggregator.findings.sample import Cell, Sample
from aggregator.presence import Name
from schema.frozen import dataclass

Matter = Literal["worse", "better", "slower", "faster", "failing", "low"]
"""Worse, better, slower and faster: now against before. Failing: some projects against the others.
Low: the success rate over all days against that of a good score."""

Level = Literal["needs attention", "worth a look"]

GroupKind = Literal["everywhere", "project", "projects", "type", "path", "error"]

LOOK_CHANGE = 0.1
"""A smaller change of a rate is not worth a look."""

LOOK_ENOUGH = 20
"""Minimum number of outcomes (of durations) on each side of what is worth a look."""

BAD_NEWS: frozenset[Matter] = frozenset({"worse", "slower", "failing", "low"})


@dataclass(frozen=True)
class Group:
    """The smallest group that explains a finding.

    ``value`` is the project type, the workflow path ('' is none given) or the error. ``projects``
    are the ids of its projects, ``of`` how many projects use the skill.
    """

    kind: GroupKind
    value: str | None
    projects: tuple[str, ...]
    of: int


@dataclass(frozen=True)
class Finding:
    """``here`` against ``there``: now and before in the group, or the group and the others.

    ``change`` is that of the rate (-1..1) with its 95% interval ``low`` to ``high``, or, of
    durations, the ratio of typical durations with no interval. ``p_value`` has paid for all groups
    that were tried; ``adjusted_p`` also for all other comparisons. ``level`` is None when better.
    ``limit`` is the rate that a low one is held against; ``there`` then is empty. ``evidence``
    is that for the group, to be weighed against other groups (the logarithm of a Bayes factor).
    """

    matter: Matter
    group: Group
    here: Sample
    there: Sample
    change: float
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    level: Level | None
    limit: float | None = None
    evidence: float = 0.0

    @property
    def is_sure(self) -> bool:
        return self.level != "worth a look"


@dataclass(frozen=True)
class PaceChange:
    """Durations now against before; ``ratio`` is that of typical durations."""

    now: Sample
    before: Sample
    ratio: float | None
    p_value: float | None
    adjusted_p: float | None
    verdict: Pace


@dataclass(frozen=True)
class Verdict:
    """All that is said of one skill or agent, by every command.

    ``change`` and ``pace`` are over all projects together. ``findings`` are the sure ones, bad news
    first, then what is worth a look. ``cells`` are its projects, by id.
    """

    kind: str
    skill_name: str
    change: Change
    pace: PaceChange
    findings: tuple[Finding, ...]
    cells: Mapping[str, Cell]

    @property
    def needs_attention(self) -> bool:
        return any(each.level == "needs attention" for each in self.findings)

    @property
    def worth_a_look(self) -> bool:
        """Whether there is something to look at, and nothing sure."""
        return not self.needs_attention and any(not each.is_sure for each in self.findings)

    @property
    def sure(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.is_sure)

    @property
    def leading(self) -> Finding | None:
        """The finding to show first; None where nothing is found."""
        return self.findings[0] if self.findings else None


@dataclass(frozen=True)
class Judged:
    """The verdict of each skill and agent, and how much chance had to do.

    ``compared`` are the tests that were made; where nothing happened, ``expected_looks`` are worth
    a look on average.
    """

    verdicts: Mapping[Name, Verdict]
    compared: int
    expected_looks: float
