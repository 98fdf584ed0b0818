"""The judgement: from the cells of every skill to what is said of it. Pure, so that its errors can
be counted. Levels, how often each is wrong and what it finds: docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from aggregator.changes import LEVEL, Change
from aggregator.changes import Verdict as RateVerdict
from aggregator.durations import LEAST_RATIO, Pace
from aggregator.findings.finding import (
    BAD_NEWS,
    LOOK_CHANGE,
    LOOK_ENOUGH,
    Finding,
    Judged,
    Matter,
    PaceChange,
    Verdict,
)
from aggregator.findings.levels import failing, low
from aggregator.findings.now_and_before import changed_durations, changed_outcomes
from aggregator.findings.sample import Cell, Sample, pooled
from aggregator.findings.tried import Tried
from aggregator.presence import Name
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference

LOOK_LEVEL = 0.02
"""Largest p-value, not adjusted for other skills, of what is worth a look.

It has paid for all groups, for which the test of all projects together pays twice: so that has 1 %.
"""

AGREE_LEVEL = 0.05
"""Largest p-value by how far the projects of the group agree (``clustered.between_clusters``)."""

LOOKS = 3
"""At most so many are worth a look, those with the smallest p-values."""

LOOK_RATIO = 1.5
"""A smaller ratio of durations is not worth a look."""

GoodRate = Callable[[Name], float]
"""From which success rate on a skill is good."""

_ORDER: tuple[Matter, ...] = ("worse", "failing", "low", "slower", "better", "faster")


def judge(
    cells: Mapping[Name, Mapping[str, Cell]],
    types: Mapping[str, str | None],
    good_rate: GoodRate,
    everywhere: Mapping[Name, Mapping[str, Cell]] | None = None,
) -> Judged:
    """What is said of each skill from its cells by project; ``types`` are those of the projects.

    ``everywhere`` are the cells of all projects, where ``cells`` are those of some: to fail is to
    succeed less often than elsewhere.
    """
    tried: list[tuple[Name, Tried]] = []
    for name, by_project in cells.items():
        found = (
            changed_outcomes(by_project, types),
            changed_durations(by_project, types),
            failing((everywhere or cells)[name], types, by_project),
            low(by_project, partial(good_rate, name)),
        )
        tried += [(name, each) for each in found if each is not None]
    sure = _adjusted([each for _, each in tried])
    # So low that where nothing happens at most one is expected.
    look_level = min(LOOK_LEVEL, 1 / len(tried)) if tried else LOOK_LEVEL
    judged: dict[Name, list[tuple[Tried, Finding | None, float]]] = {}
    looks: list[tuple[float, Name, int]] = []
    for (name, each), adjusted_p in zip(tried, sure, strict=True):
        finding = _finding(each, adjusted_p)
        places = judged.setdefault(name, [])
        if finding is not None and adjusted_p > LEVEL:
            if _may_be_looked_at(each, finding, look_level):
                looks.append((each.p_value, name, len(places)))
            finding = None
        places.append((each, finding, adjusted_p))
    for _, name, place in sorted(looks)[:LOOKS]:
        each, _, adjusted_p = judged[name][place]
        found_there = _finding(each, adjusted_p)
        assert found_there is not None
        judged[name][place] = (each, replace(found_there, level="worth a look"), adjusted_p)
    verdicts = {
        name: _verdict(name, by_project, judged.get(name, [])) for name, by_project in cells.items()
    }
    return Judged(verdicts, len(tried), look_level * len(tried))


_FAMILIES: tuple[frozenset[Matter], ...] = (
    frozenset({"worse", "better"}),
    frozenset({"slower", "faster"}),
    frozenset({"failing"}),
    frozenset({"low"}),
)
"""Questions; the p-values of each are adjusted for asking it of every skill and agent."""


def _adjusted(tried: Sequence[Tried]) -> list[float]:
    found = [1.0] * len(tried)
    for family in _FAMILIES:
        places = [place for place, each in enumerate(tried) if each.matter in family]
        sure = adjusted([tried[place].p_value for place in places])
        for place, adjusted_p in zip(places, sure, strict=True):
            found[place] = adjusted_p
    return found


def _finding(tried: Tried, adjusted_p: float) -> Finding | None:
    """The finding if its change is large enough to be named, however sure it is."""
    here, there = tried.here, tried.there
    if tried.matter in ("slower", "faster"):
        if not here.typical_duration_ms or not there.typical_duration_ms:
            return None
        ratio = here.typical_duration_ms / there.typical_duration_ms
        for each in (ratio, tried.like_with_like):
            if (each if tried.matter == "slower" else 1 / each) < LEAST_RATIO:
                return None
        change, interval = ratio, None
    else:
        against = there.success_rate if tried.limit is None else tried.limit
        if here.success_rate is None or against is None:
            return None
        change = here.success_rate - against
        sign = 1 if tried.matter == "better" else -1
        if min(sign * change, sign * tried.like_with_like) < tried.least_change:
            return None
        interval = difference(here.successes, here.known, there.successes, there.known)
    low_end, high_end = interval or (None, None)
    return Finding(
        matter=tried.matter,
        group=tried.group,
        here=here,
        there=there,
        change=change,
        low=low_end,
        high=high_end,
        p_value=tried.p_value,
        adjusted_p=adjusted_p,
        level="needs attention" if tried.matter in BAD_NEWS else None,
        limit=tried.limit,
        evidence=tried.evidence,
    )


def _may_be_looked_at(tried: Tried, finding: Finding, level: float) -> bool:
    if tried.p_value > level or tried.between_clusters() > AGREE_LEVEL:
        return False
    here, there = finding.here, finding.there
    if finding.matter in ("slower", "faster"):
        ratio = finding.change if finding.matter == "slower" else 1 / finding.change
        return min(here.duration_count, there.duration_count) >= LOOK_ENOUGH and ratio >= LOOK_RATIO
    others = there.known if finding.matter != "low" else here.known
    return min(here.known, others) >= LOOK_ENOUGH and abs(finding.change) >= LOOK_CHANGE


def _verdict(
    name: Name,
    cells: Mapping[str, Cell],
    tried: Iterable[tuple[Tried, Finding | None, float]],
) -> Verdict:
    now = pooled(cell.now for cell in cells.values())
    before = pooled(cell.before for cell in cells.values())
    change, pace = _change(now, before, None, 1.0, None), _pace(now, before, None, 1.0, None)
    findings: list[Finding] = []
    for each, finding, adjusted_p in tried:
        named = finding if finding is not None and finding.is_sure else None
        if each.matter in ("worse", "better"):
            change = _change(now, before, each, adjusted_p, named)
        elif each.matter in ("slower", "faster"):
            pace = _pace(now, before, each, adjusted_p, named)
        if finding is not None:
            findings.append(finding)
    findings = _explained_once(findings, cells)
    findings.sort(key=lambda one: (one.level is None, not one.is_sure, _ORDER.index(one.matter)))
    return Verdict(*name, change, pace, tuple(findings), cells)


def _explained_once(findings: list[Finding], cells: Mapping[str, Cell]) -> list[Finding]:
    """What began only now is reported as that, not also as failing over all days.

    A low rate that is due to some projects is reported as failing there.
    """
    worse = next((each for each in findings if each.matter == "worse" and each.is_sure), None)
    kept = []
    for each in findings:
        if worse is not None and each.matter == "failing" and _began_now(each, cells):
            continue
        kept.append(each)
    some = next((each for each in kept if each.matter == "failing" and each.is_sure), None)
    if some is not None:
        kept = [
            each
            for each in kept
            if each.matter != "low" or (some.there.success_rate or 0) < (each.limit or 0)
        ]
    return kept


def _began_now(finding: Finding, cells: Mapping[str, Cell]) -> bool:
    """Whether before, its projects were as good as the others, give or take a small change."""
    inside = set(finding.group.projects)
    here = pooled(cell.before for project, cell in cells.items() if project in inside)
    there = pooled(cell.before for project, cell in cells.items() if project not in inside)
    if here.success_rate is None or there.success_rate is None:
        return False
    return there.success_rate - here.success_rate < 2 * LOOK_CHANGE


def _change(
    now: Sample, before: Sample, tried: Tried | None, adjusted_p: float, named: Finding | None
) -> Change:
    rate, then = now.success_rate, before.success_rate
    change = None if rate is None or then is None else rate - then
    low_end, high_end = difference(now.successes, now.known, before.successes, before.known) or (
        None,
        None,
    )
    if tried is None:
        verdict: RateVerdict = "insufficient data"
        return Change(now, before, change, low_end, high_end, 1.0, 1.0, verdict)
    verdict = "stable"
    if named is not None:
        verdict = "degrading" if named.matter == "worse" else "improving"
    return Change(now, before, change, low_end, high_end, tried.p_value, adjusted_p, verdict)


def _pace(
    now: Sample, before: Sample, tried: Tried | None, adjusted_p: float, named: Finding | None
) -> PaceChange:
    ratio = None
    if now.typical_duration_ms and before.typical_duration_ms:
        ratio = now.typical_duration_ms / before.typical_duration_ms
    if tried is None:
        return PaceChange(now, before, ratio, None, None, "insufficient data")
    verdict: Pace = "steady"
    if named is not None:
        verdict = "slower" if named.matter == "slower" else "faster"
    return PaceChange(now, before, ratio, tried.p_value, adjusted_p, verdict)
