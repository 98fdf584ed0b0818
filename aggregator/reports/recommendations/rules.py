"""The rules: from evidence to things to do. Pure, so that their errors can be counted.

Levels, how often each is wrong and what it finds: docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import median

from aggregator.calendar import RECENT_DAYS
from aggregator.changes import ENOUGH, Change, changes
from aggregator.parameters import Action
from aggregator.presence import Name, unused
from aggregator.reports.recommendations.evidence import Evidence, Rates
from aggregator.reports.recommendations.failing import Failing, failing_parts
from aggregator.reports.recommendations.recommendation import (
    MONTH_DAYS,
    Effect,
    Rate,
    Reason,
    Recommendation,
    together,
)
from aggregator.spans import Counts
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality

BAD = 0.7
"""It works badly when all of the interval of its success rate is below."""

HOPELESS = 0.3
"""It hardly ever works when all of the interval is below."""

GOOD = 0.8
"""It works, where another project is to adopt it, when all of the interval is above."""

LIKE_PROJECTS = 2
"""Of the same type, each with ``ENOUGH`` known outcomes, before a third is advised to adopt it."""

FEW = 3
"""Known outcomes from which a warning is possible; below ``ENOUGH`` nothing else is."""

WATCH_LEVEL = 0.1
"""False discovery rate of the warnings."""

WATCH_CHANGE = 0.1
"""A smaller loss is no worry until it is sure."""


def all_rules(evidence: Evidence) -> list[Recommendation]:
    """Everything the evidence calls for, in no order; at most one of a kind of reason a name.

    What is explained once is not repeated: where a name fails in a project, its paths fail there
    too, and a name that got worse or that fails somewhere is not also one that works badly.
    """
    got_worse, may_get_worse = worse(evidence)
    places = fails_in_projects(evidence)
    found = [*got_worse, *places, *_not_listed(places, fails_on_paths(evidence))]
    found += _not_listed(found, works_badly(evidence))
    found += _not_listed(found, may_get_worse)
    return [*found, *out_of_use(evidence), *adoptable(evidence)]


def _not_listed(
    listed: Iterable[Recommendation], more: Iterable[Recommendation]
) -> list[Recommendation]:
    """Those of ``more`` whose name is not among ``listed``."""
    names = {(each.kind, each.skill_name) for each in listed}
    return [each for each in more if (each.kind, each.skill_name) not in names]


# ---------------------------------------------------------------- got worse


def worse(evidence: Evidence) -> tuple[list[Recommendation], list[Recommendation]]:
    """What got worse for sure, and what may have: the last 30 complete days and the 90 before."""
    sure = []
    for name, change in changed(evidence).items():
        if change.verdict == "degrading":
            advice = _of_change("got worse", name, change)
            sure.append(replace(advice, effect=_fewer_failures(advice, RECENT_DAYS)))
    return sure, _not_listed(sure, _worries(evidence.of_targets))


def changed(evidence: Evidence) -> dict[Name, Change]:
    """What changed of every name, in the projects asked about together."""
    found = changes(
        (("*", *name), _counts(each.recent), _counts(each.earlier))
        for name, each in evidence.of_targets.items()
    )
    return {(kind, name): change for (_, kind, name), change in found.items()}


def _counts(rate: Rate) -> Counts:
    return Counts(rate.successes, rate.known - rate.successes, 0, 0)


def _of_change(reason: Reason, name: Name, change: Change) -> Recommendation:
    return Recommendation(
        "fix",
        reason,
        *name,
        here=Rate(change.now.successes, change.now.known),
        there=Rate(change.before.successes, change.before.known),
        change=change.change,
        low=change.low,
        high=change.high,
        p_value=change.adjusted_p,
    )


def _worries(of_targets: Mapping[Name, Rates]) -> Iterable[Recommendation]:
    """Losses that are large, and not sure; and few outcomes of which most are bad."""
    compared = [
        _against("watch", "may be getting worse", name, each.recent, each.earlier)
        for name, each in of_targets.items()
        if min(each.recent.known, each.earlier.known) >= FEW
    ]
    p_values = adjusted([_loss(advice) for advice in compared])
    for advice, p in zip(compared, p_values, strict=True):
        if p <= WATCH_LEVEL:
            yield replace(advice, p_value=p)
    for name, each in of_targets.items():
        interval = each.both.interval
        if FEW <= each.both.known < ENOUGH and interval is not None and interval[1] < BAD:
            yield Recommendation("watch", "few outcomes, mostly bad", *name, here=each.both)


def _loss(advice: Recommendation) -> float:
    """The p-value of no change; what lost too little to worry is not tested, and counts with 1."""
    if advice.there is None or advice.change is None or advice.change > -WATCH_CHANGE:
        return 1.0
    return equality(
        advice.here.successes, advice.here.known, advice.there.successes, advice.there.known
    )


# ---------------------------------------------------------------- fails in some places


def fails_in_projects(evidence: Evidence) -> list[Recommendation]:
    """Names that work elsewhere but fail in one project (to fix) or in several (to split)."""
    found = []
    for failing in failing_parts(
        (name, {project: each.both for project, each in outcomes.items()})
        for name, outcomes in evidence.outcomes.items()
    ):
        there = failing.elsewhere
        here = {
            project: rate
            for project, rate in failing.parts
            if project in evidence.targets
            and not _recovered(evidence.outcomes[failing.name][project], there)
        }
        if len(here) == 1:
            [(project, rate)] = here.items()
            advice = _against("fix", "fails in one project", failing.name, rate, there)
            found.append(replace(_placed(advice, failing, here, evidence.days), project_id=project))
        elif here:
            rate = together(here.values())
            advice = _against("split", "fails in some projects", failing.name, rate, there)
            found.append(_placed(advice, failing, here, evidence.days))
    return found


def _placed(
    advice: Recommendation, failing: Failing, places: Iterable[str], days: int
) -> Recommendation:
    effect = _fewer_failures(advice, days)
    return replace(advice, p_value=failing.p_value, effect=effect, places=tuple(places))


def _recovered(outcomes: Rates, elsewhere: Rate) -> bool:
    """Whether the recent days alone, where they carry it, are as good as elsewhere."""
    recent = outcomes.recent
    if recent.known < ENOUGH or recent.rate is None or elsewhere.rate is None:
        return False
    return recent.rate >= elsewhere.rate


def fails_on_paths(evidence: Evidence) -> list[Recommendation]:
    """Names that fail by some workflow paths and work by the others; '' is a use without one."""
    found = []
    for failing in failing_parts(evidence.paths.items()):
        rate = together(rate for _, rate in failing.parts)
        advice = _against("split", "fails on some paths", failing.name, rate, failing.elsewhere)
        places = [path for path, _ in failing.parts]
        found.append(_placed(advice, failing, places, evidence.days))
    return found


# ---------------------------------------------------------------- works badly


def works_badly(evidence: Evidence) -> list[Recommendation]:
    """Names whose whole interval is below ``BAD`` (to fix) or ``HOPELESS`` (to retire)."""
    rates = {name: each.both for name, each in evidence.of_targets.items()}
    found = []
    for name, here in rates.items():
        interval = here.interval
        if here.known < ENOUGH or interval is None or interval[1] >= BAD:
            continue
        same_kind = (rate for other, rate in rates.items() if other != name and other[0] == name[0])
        others = together(same_kind)
        if interval[1] < HOPELESS:
            pace = here.known / evidence.days * MONTH_DAYS
            failed = 1 - here.successes / here.known
            effect = Effect(
                "fewer failures", pace * failed, pace * (1 - interval[1]), pace * (1 - interval[0])
            )
            advice = Recommendation("retire", "hardly ever works", *name, here=here, effect=effect)
        else:
            advice = _against("fix", "works badly", name, here, others if others.known else None)
            advice = replace(advice, effect=_fewer_failures(advice, evidence.days))
        found.append(advice)
    return found


# ---------------------------------------------------------------- unused


def out_of_use(evidence: Evidence) -> list[Recommendation]:
    """What is unused, as ``health`` says it."""
    return [
        Recommendation(
            "retire",
            "unused",
            *name,
            last_day=evidence.presences[name].last_day,
            total_invocations=evidence.presences[name].total_invocations,
            unused_days=evidence.pauses[name].days,
        )
        for name in sorted(unused(evidence.presences, evidence.pauses))
    ]


# ---------------------------------------------------------------- adopt


def adoptable(evidence: Evidence) -> list[Recommendation]:
    """Names that work in at least two projects of a type and were never used in a third of it."""
    types = {p.project_id: p.project_type for p in evidence.projects if p.project_type}
    wanting = [project for project in types if project in evidence.targets]
    found = []
    for name, outcomes in evidence.outcomes.items() if wanting else ():
        by_type = _working_peers(outcomes, types)
        for project in wanting:
            peers = by_type.get(types[project])
            if peers and project not in outcomes and (project, *name) not in evidence.used_ever:
                found.append(_adopt(name, project, peers, evidence.days))
    return found


def _working_peers(
    outcomes: Mapping[str, Rates], types: dict[str, str]
) -> dict[str, dict[str, Rate]]:
    """Of each type, the projects that know the name well, if it works in them."""
    by_type: dict[str, dict[str, Rate]] = {}
    for project, each in outcomes.items():
        if project in types and each.both.known >= ENOUGH:
            by_type.setdefault(types[project], {})[project] = each.both
    return {
        project_type: peers
        for project_type, peers in by_type.items()
        if len(peers) >= LIKE_PROJECTS
        and _low(together(peers.values())) >= GOOD
        and all(_high(rate) >= GOOD for rate in peers.values())
    }


def _low(rate: Rate) -> float:
    return rate.interval[0] if rate.interval else 0.0


def _high(rate: Rate) -> float:
    return rate.interval[1] if rate.interval else 1.0


def _adopt(name: Name, project: str, peers: dict[str, Rate], days: int) -> Recommendation:
    """Its effect: the successes of a month, used as much as the median of the others uses it."""
    here = together(peers.values())
    pace = median(rate.known for rate in peers.values()) / days * MONTH_DAYS
    effect = Effect(
        "more successes", pace * here.successes / here.known, pace * _low(here), pace * _high(here)
    )
    return Recommendation(
        "adopt",
        "works in like projects",
        *name,
        project_id=project,
        here=here,
        effect=effect,
        places=tuple(sorted(peers)),
    )


# ---------------------------------------------------------------- shared


def _against(
    action: Action, reason: Reason, name: Name, here: Rate, there: Rate | None
) -> Recommendation:
    """``here`` against ``there``, with the interval of the difference."""
    low = high = change = None
    if there is not None and there.known and here.known:
        change = here.successes / here.known - there.successes / there.known
        low, high = difference(here.successes, here.known, there.successes, there.known) or (
            None,
            None,
        )
    return Recommendation(
        action,
        reason,
        *name,
        here=here,
        there=there,
        change=change,
        low=low,
        high=high,
    )


def _fewer_failures(advice: Recommendation, days: int) -> Effect | None:
    """Failures a month that would not be at the rate compared with, at the pace of ``days``."""
    if advice.change is None or advice.low is None or advice.high is None:
        return None
    pace = advice.here.known / days * MONTH_DAYS
    return Effect("fewer failures", -advice.change * pace, -advice.high * pace, -advice.low * pace)
