"""What follows what."""

from __future__ import annotations

from aggregator.reports.patterns.rows import ENOUGH
from aggregator.reports.patterns.transitions import Transition, Transitions
from aggregator.reports.patterns.transitions import transitions as look
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


def transitions(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    name: str | None = None,
    min_times: int = ENOUGH,
    limit: int = 20,
) -> Answered[Transitions]:
    """What is used next, and how well it then works; raises as ``ask`` and ``look`` do."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, name=name, min_times=min_times, limit=limit)
    told = answer(
        session,
        "patterns transitions",
        asked.zone,
        filters=asked.filters(name=name, min_times=min_times, limit=limit),
        data=[_fields(each, asked) for each in found.rows],
        totals={
            "transitions": found.total,
            "common": found.common,
            "marked": found.marked,
            **scanned_fields(found.scanned),
        },
        warnings=warnings(asked, found.scanned),
    )
    return Answered(found, asked, told)


def _fields(found: Transition, asked: Asked) -> dict[str, object]:
    low, high = found.share_interval
    both = ("--with", found.first[1], "--with", found.then[1])
    return {
        "first_kind": found.first[0],
        "first_name": found.first[1],
        "then_kind": found.then[0],
        "then_name": found.then[1],
        "times": found.times,
        "followed": found.followed,
        "share": found.share,
        "share_low": low,
        "share_high": high,
        "median_gap_ms": found.gap_ms,
        "simultaneous": found.simultaneous,
        **counted_fields(found.outcomes),
        **contrast_fields(found.contrast),
        "evidence": command(asked, "patterns", "sessions", *both),
    }
