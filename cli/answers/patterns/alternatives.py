"""What was offered and passed over."""

from __future__ import annotations

from dataclasses import replace

from aggregator.reports.patterns.alternatives import Alternatives, Offered, Rank
from aggregator.reports.patterns.alternatives import alternatives as look
from aggregator.reports.patterns.rows import ENOUGH
from cli.answers.asked import Answered, Asked, ask
from cli.answers.patterns.rows import (
    command,
    contrast_fields,
    counted_fields,
    scanned_fields,
    warnings,
)
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def alternatives(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    min_offered: int = ENOUGH,
    limit: int = 20,
) -> Answered[Alternatives]:
    """Skills least taken when they were offered, and outcomes by rank; raises as ``ask`` does."""
    asked = ask(con, session, replace(wanted, kind="skill"))
    found = look(con, asked.question, min_offered=min_offered, limit=limit)
    told = answer(
        session,
        "patterns alternatives",
        asked.zone,
        filters=asked.filters(min_offered=min_offered, limit=limit),
        data=[_fields(each, asked) for each in found.rows],
        totals={
            "offers": found.offers,
            "names": found.names,
            "common": found.common,
            "by_rank": [_rank_fields(each) for each in found.ranks],
            **scanned_fields(found.scanned),
        },
        warnings=warnings(asked, found.scanned),
    )
    return Answered(found, asked, told)


def _rank_fields(found: Rank) -> dict[str, object]:
    return {
        "selection_rank": found.rank,
        **counted_fields(found.outcomes),
        **contrast_fields(found.contrast),
    }


def _fields(found: Offered, asked: Asked) -> dict[str, object]:
    low, high = found.share_interval
    used = found.name if found.taken else found.instead
    return {
        "skill_name": found.name,
        "offered": found.offered,
        "taken": found.taken,
        "passed_over": found.passed,
        "taken_share": found.share,
        "taken_share_low": low,
        "taken_share_high": high,
        "known_outcomes": found.taken_known,
        "success_rate": found.success_rate,
        "mostly_instead": found.instead,
        "mostly_instead_times": found.instead_times,
        "known_outcomes_instead": found.passed_known,
        "success_rate_instead": found.success_rate_instead,
        "evidence": command(asked, "effectiveness", "--kind", "skill", about=used),
    }
