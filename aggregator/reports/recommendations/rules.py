"""The rules: from findings to things to do. Pure, so that their errors can be counted.

Levels, how often each is wrong and what it finds: docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.changes import ENOUGH
from aggregator.findings.finding import Finding, Verdict
from aggregator.outcomes import Outcomes
from aggregator.parameters import Action
from aggregator.presence import unused
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.failing import Failing, failing_parts
from aggregator.reports.recommendations.recommendation import (
    MONTH_DAYS,
    Effect,
    Rate,
    Reason,
    Recommendation,
    together,
)
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import at_most, difference

BAD = 0.7
"""Success rate below which a few outcomes are called mostly bad."""

HOPELESS = 0.3
"""It hardly ever works when all of the interval is below."""

FEW = 3
"""Known outcomes from which a warning is possible; below ``ENOUGH`` nothing else is."""

WATCH_LEVEL = 0.05
"""False discovery rate of the warnings."""


def all_rules(evidence: Evidence) -> list[Recommendation]:
    """Everything the evidence calls for, in no order: one entry for each action and skill.

    What is explained once is not repeated: where something is found about a skill, it is not also
    one that depends on the workflow path, or of which there is little.
    """
    found = [each for verdict in evidence.verdicts for each in of_findings(evidence, verdict)]
    found += _not_listed(found, fails_on_paths(evidence))
    found += _not_listed(found, mostly_bad(evidence))
    return [*found, *_not_listed(found, out_of_use(evidence))]


def _not_listed(
    listed: Iterable[Recommendation], more: Iterable[Recommendation]
) -> list[Recommendation]:
    """Those of ``more`` whose name is not among ``listed``."""
    names = {(each.kind, each.skill_name) for each in listed}
    return [each for each in more if (each.kind, each.skill_name) not in names]


# ---------------------------------------------------------------- findings


def of_findings(evidence: Evidence, verdict: Verdict) -> list[Recommendation]:
    """What to do about a skill that needs attention: one entry for each action."""
    by_action: dict[Action, Recommendation] = {}
    for finding in verdict.findings:
        if finding.level != "needs attention":
            continue
        advice = _of_finding(evidence, verdict, finding)
        first = by_action.get(advice.action)
        if first is None:
            by_action[advice.action] = advice
        else:
            by_action[advice.action] = replace(first, also=(*first.also, finding))
    return list(by_action.values())


def _of_finding(evidence: Evidence, verdict: Verdict, finding: Finding) -> Recommendation:
    action, reason = _action(finding)
    here, there = _rate(finding.here), _rate(finding.there)
    if finding.matter == "low":
        there = together(
            each.both
            for name, each in evidence.of_targets.items()
            if name != (verdict.kind, verdict.skill_name) and name[0] == verdict.kind
        )
    group = finding.group
    advice = Recommendation(
        action,
        reason,
        verdict.kind,
        verdict.skill_name,
        project_id=group.projects[0] if group.kind == "project" else None,
        here=here,
        there=there if there.known else None,
        p_value=finding.adjusted_p,
        places=group.projects if group.kind in ("project", "projects", "type") else (),
        finding=finding,
    )
    if finding.matter == "slower":
        return replace(advice, here=Rate(), there=None)
    advice = _with_difference(advice)
    if reason == "hardly ever works":
        return replace(advice, effect=_all_failures(here, evidence.days))
    days = evidence.recent.days if finding.matter == "worse" else evidence.days
    return replace(advice, effect=_fewer_failures(advice, days or 1))


def _action(finding: Finding) -> tuple[Action, Reason]:
    match finding.matter:
        case "worse":
            return "fix", "got worse"
        case "slower":
            return "fix", "became slower"
        case "failing" if finding.group.kind == "project":
            return "fix", "fails in one project"
        case "failing":
            return "split", "fails in some projects"
    interval = finding.here.success_interval
    if interval is not None and interval[1] < HOPELESS:
        return "retire", "hardly ever works"
    return "fix", "works badly"


def _rate(sample: Outcomes) -> Rate:
    return Rate(sample.successes, sample.known)


# ---------------------------------------------------------------- workflow paths, few outcomes


def fails_on_paths(evidence: Evidence) -> list[Recommendation]:
    """Names that fail by some workflow paths and work by the others; '' is a use without one."""
    return [_on_paths(failing, evidence.days) for failing in failing_parts(evidence.paths.items())]


def _on_paths(failing: Failing, days: int) -> Recommendation:
    advice = _with_difference(
        Recommendation(
            "split",
            "fails on some paths",
            *failing.name,
            here=together(rate for _, rate in failing.parts),
            there=failing.elsewhere,
            p_value=failing.p_value,
            places=tuple(path for path, _ in failing.parts),
        )
    )
    return replace(advice, effect=_fewer_failures(advice, days))


def mostly_bad(evidence: Evidence) -> list[Recommendation]:
    """Names with few outcomes that are mostly bad, for sure below ``BAD``."""
    few = {
        name: each.both
        for name, each in evidence.of_targets.items()
        if FEW <= each.both.known < ENOUGH
    }
    sure = adjusted([2 * at_most(rate.successes, rate.known, BAD) for rate in few.values()])
    return [
        Recommendation("watch", "few outcomes, mostly bad", *name, here=rate, p_value=p)
        for (name, rate), p in zip(few.items(), sure, strict=True)
        if p <= WATCH_LEVEL
    ]


# ---------------------------------------------------------------- unused


def out_of_use(evidence: Evidence) -> list[Recommendation]:
    """What is unused, as ``health`` says it; what was given another name is not."""
    renamed = {(each.kind, each.old) for each in evidence.renames}
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
        if name not in renamed
    ]


# ---------------------------------------------------------------- shared


def _with_difference(advice: Recommendation) -> Recommendation:
    """``here`` against ``there``, with the interval of the difference."""
    here, there = advice.here, advice.there
    if there is None or not there.known or not here.known:
        return advice
    low, high = difference(here.successes, here.known, there.successes, there.known) or (None, None)
    change = here.successes / here.known - there.successes / there.known
    return replace(advice, change=change, low=low, high=high)


def _all_failures(here: Rate, days: int) -> Effect:
    """The failures a month of something that is not used any more."""
    pace, (low, high) = here.known / days * MONTH_DAYS, here.interval or (0.0, 1.0)
    failed = 1 - here.successes / here.known
    return Effect("fewer failures", pace * failed, pace * (1 - high), pace * (1 - low))


def _fewer_failures(advice: Recommendation, days: int) -> Effect | None:
    """Failures a month that would not be at the rate compared with, at the pace of ``days``."""
    if advice.change is None or advice.low is None or advice.high is None or advice.change >= 0:
        return None
    pace = advice.here.known / days * MONTH_DAYS
    return Effect("fewer failures", -advice.change * pace, -advice.high * pace, -advice.low * pace)
