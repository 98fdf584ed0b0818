"""Where work is lost."""

from __future__ import annotations

from aggregator.reports.patterns.bottlenecks import Bottleneck, Bottlenecks, Lost
from aggregator.reports.patterns.bottlenecks import bottlenecks as look
from cli.answers.asked import Answered, Asked, ask
from cli.answers.patterns.rows import command, scanned_fields, warnings
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def bottlenecks(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    lost: Lost = "any",
    limit: int = 20,
) -> Answered[Bottlenecks]:
    """Workflow paths and phases by what is lost there; raises as ``ask`` does."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, lost=lost, limit=limit)
    told = answer(
        session,
        "patterns bottlenecks",
        asked.zone,
        filters=asked.filters(lost=lost, limit=limit),
        data=[_fields(each, asked) for each in found.rows],
        totals={
            "places": found.places,
            "bottlenecks": found.bottlenecks,
            "uses_with_path": found.with_path,
            "uses_with_phase": found.with_phase,
            **scanned_fields(found.scanned),
        },
        warnings=warnings(asked, found.scanned),
    )
    return Answered(found, asked, told)


def _fields(found: Bottleneck, asked: Asked) -> dict[str, object]:
    low, high = found.here.interval or (None, None)
    counted = found.outcomes
    kind, name = found.most
    return {
        "place": found.place,
        "value": found.at,
        "total_invocations": counted.total_invocations,
        "successful_completions": counted.successful_completions,
        "failures": counted.failures,
        "abandoned": counted.abandoned,
        "unknown": counted.unknown,
        "lost": found.here.lost,
        "known_outcomes": found.here.known,
        "lost_rate": found.here.rate,
        "lost_rate_low": low,
        "lost_rate_high": high,
        "known_elsewhere": found.elsewhere.known,
        "lost_rate_elsewhere": found.elsewhere.rate,
        "difference": found.change,
        "difference_low": found.low,
        "difference_high": found.high,
        "p_value": found.p_value,
        "adjusted_p": found.adjusted_p,
        "verdict": found.verdict,
        "most_lost": {
            "kind": kind,
            "skill_name": name,
            "lost": found.most_lost.lost,
            "known_outcomes": found.most_lost.known,
        },
        "same_names_elsewhere_rate": found.alike,
        "same_names_elsewhere_known": found.alike_known,
        "evidence": command(asked, "effectiveness", "--kind", kind, about=name),
    }
