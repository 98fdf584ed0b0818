"""What to do next, in the order of what it would bring."""

from __future__ import annotations

from collections import Counter

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.parameters import ADVICE_LIMIT, ALL, Action
from aggregator.reports.recommendations.adopt import adoptable
from aggregator.reports.recommendations.evidence import Evidence, gather
from aggregator.reports.recommendations.members_alike import used_by_members_alike
from aggregator.reports.recommendations.on_disk import never_used, with_files
from aggregator.reports.recommendations.optimizer import Advice, optimizers_say
from aggregator.reports.recommendations.recommendation import Recommendation, effect_first
from aggregator.reports.recommendations.rules import all_rules
from schema.frozen import dataclass
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
    con: Connection,
    question: Question,
    *,
    action: Action | None = None,
    limit: int = ADVICE_LIMIT.default,
    from_team: bool = True,
) -> Recommendations:
    """The things to do about the projects and the kind asked for, whatever the question's span.

    What to adopt from similar projects, and which files are never used, is included where it is
    asked for, or everything is (``limit`` of ``ALL``). What members of one's team use comes last,
    if ``from_team``: it is no fault.
    """
    evidence = gather(con, question)
    found = all_rules(evidence)
    asked_for = action == "adopt" or (action is None and limit >= ALL)
    if asked_for:
        found += with_files(con, adoptable(con, question.over(evidence.span), evidence))
    found = [each for each in sorted(found, key=effect_first) if action in (None, each.action)]
    if action == "retire" or (action is None and limit >= ALL):
        found += never_used(con, question, evidence)
    if from_team and action in (None, "adopt"):
        listed = {(each.kind, each.skill_name) for each in found}
        alike = used_by_members_alike(con, question, asked_for=asked_for)
        found += [each for each in alike if (each.kind, each.skill_name) not in listed]
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
