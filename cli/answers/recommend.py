"""What to do next, each thing with its evidence in a sentence, in numbers and as a command."""

from __future__ import annotations

from dataclasses import replace

from aggregator.reports.recommendations.optimizer import Advice
from aggregator.reports.recommendations.recommend import Recommendations
from aggregator.reports.recommendations.recommend import recommend as look
from aggregator.reports.recommendations.recommendation import Action, Recommendation
from cli.answers.advice import Wording
from cli.answers.asked import Answered, Asked, ask
from cli.output import iso
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def recommend(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    action: Action | None = None,
    limit: int = 20,
) -> Answered[Recommendations]:
    """Ours in the order of their effect, then the optimizers', marked as theirs.

    Raises as ``ask`` does.
    """
    asked = ask(con, session, wanted)
    found = look(con, asked.question, action=action, limit=limit)
    evidence = found.evidence
    asked = replace(asked, question=asked.question.over(evidence.span))
    wording = Wording(evidence, wanted)
    told = answer(
        session,
        "recommend",
        asked.zone,
        filters=asked.filters(action=action, limit=limit),
        data=[
            *(_ours(rank, each, wording) for rank, each in enumerate(found.rows, start=1)),
            *(_theirs(each, wording, asked) for each in found.optimizers),
        ],
        totals={
            "recommendations": sum(found.counts.values()),
            "by_action": {each: found.counts.get(each, 0) for each in ACTIONS_IN_ORDER},
            "optimizer_recommendations": len(found.optimizers),
            "names": found.names,
            "names_judged": found.judged,
            "known_outcomes": found.known,
            "recent_since": str(evidence.recent.since),
            "recent_until": str(evidence.recent.until),
            "earlier_since": str(evidence.earlier.since),
            "earlier_until": str(evidence.earlier.until),
        },
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


ACTIONS_IN_ORDER: tuple[Action, ...] = ("fix", "split", "adopt", "watch", "retire")


def _ours(rank: int, told: Recommendation, wording: Wording) -> dict[str, object]:
    here, there, effect = told.here, told.there, told.effect
    bounds = here.interval
    return {
        "origin": "skillhouse",
        "rank": rank,
        "action": told.action,
        "reason": told.reason,
        "kind": told.kind,
        "skill_name": told.skill_name,
        "project_id": told.project_id,
        "project_name": wording.project(told.project_id),
        "statement": wording.statement(told),
        "known_outcomes": here.known if here.known else None,
        "success_rate": here.rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "compared_known_outcomes": there.known if there else None,
        "compared_success_rate": there.rate if there else None,
        "change": told.change,
        "change_low": told.low,
        "change_high": told.high,
        "p_value": told.p_value,
        "effect": effect.unit if effect else None,
        "effect_a_month": effect.value if effect else None,
        "effect_low": effect.low if effect else None,
        "effect_high": effect.high if effect else None,
        "places": wording.places(told),
        "last_day": None if told.last_day is None else told.last_day.isoformat(),
        "unused_days": told.unused_days,
        "evidence": wording.command(told),
        "recommended_at": None,
        "metrics_count": None,
        "advice_type": None,
        "priority": None,
        "expected_impact": None,
    }


def _theirs(advice: Advice, wording: Wording, asked: Asked) -> dict[str, object]:
    nothing = dict.fromkeys(_ONLY_OURS)
    return {
        "origin": "optimizer",
        **nothing,
        "kind": "agent",
        "skill_name": advice.agent,
        "project_id": advice.project_id,
        "project_name": wording.project(advice.project_id),
        "statement": advice.message,
        "places": [],
        "evidence": wording.command_of_advice(advice),
        "recommended_at": iso(advice.recommended_at, asked.zone),
        "metrics_count": advice.metrics_count,
        "advice_type": advice.advice_type,
        "priority": advice.priority,
        "expected_impact": advice.expected_impact,
    }


_ONLY_OURS = (
    "rank",
    "action",
    "reason",
    "known_outcomes",
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "compared_known_outcomes",
    "compared_success_rate",
    "change",
    "change_low",
    "change_high",
    "p_value",
    "effect",
    "effect_a_month",
    "effect_low",
    "effect_high",
    "last_day",
    "unused_days",
)
