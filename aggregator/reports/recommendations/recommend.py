"""What to do next, in the order of what it would bring."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.parameters import LIMIT, Action
from aggregator.reports.recommendations.evidence import Evidence, gather, used_ever
from aggregator.reports.recommendations.optimizer import Advice, optimizers_say
from aggregator.reports.recommendations.recommendation import Recommendation, effect_first
from aggregator.reports.recommendations.rules import adoptable, all_rules
from schema.warehouse import Connection


@dataclass(frozen=True)
class Recommendations:
    """Ours, in order and at most as many as asked for, and the optimizers', which stay theirs.

    ``counts`` are ours by action, shown or not. ``names`` were used in the evidence's days,
    ``judged`` of them have enough known outcomes, which are ``known`` together.
    """

    rows: list[Recommendation]
    counts: dict[Action, int]
    evidence: Evidence
    optimizers: list[Advice]
    names: int
    judged: int
    known: int


def recommend(
    con: Connection, question: Question, *, action: Action | None = None, limit: int = LIMIT.default
) -> Recommendations:
    """The things to do about the projects and the kind asked for, whatever the question's span."""
    evidence = _complete(con, question, gather(con, question))
    found = sorted(all_rules(evidence), key=effect_first)
    found = [each for each in found if action in (None, each.action)]
    used = [each.both for each in evidence.of_targets.values() if each.both.known]
    return Recommendations(
        rows=found[:limit],
        counts=dict(Counter(each.action for each in found)),
        evidence=evidence,
        optimizers=[] if action is not None else optimizers_say(con, question),
        names=len(used),
        judged=sum(rate.known >= ENOUGH for rate in used),
        known=sum(rate.known for rate in used),
    )


def _complete(con: Connection, question: Question, evidence: Evidence) -> Evidence:
    """The evidence with what one rule needs, where something hangs on it."""
    if not adoptable(evidence):
        return evidence
    return replace(evidence, used_ever=used_ever(con, question))
