"""What is used together in a session."""

from __future__ import annotations

from aggregator.reports.patterns.pairs import Pair, Pairs, Sort
from aggregator.reports.patterns.pairs import pairs as look
from aggregator.reports.patterns.rows import ENOUGH
from cli.answers.asked import Answered, Asked, ask
from cli.answers.patterns.rows import command, scanned_fields, warnings
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def pairs(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    name: str | None = None,
    min_sessions: int = ENOUGH,
    sort: Sort = "lift",
    limit: int = 20,
) -> Answered[Pairs]:
    """Names used in the same sessions; raises as ``ask`` and ``look`` do."""
    asked = ask(con, session, wanted)
    found = look(
        con,
        asked.question,
        name=name,
        min_sessions=min_sessions,
        sort=sort,
        limit=limit,
    )
    told = answer(
        session,
        "patterns pairs",
        asked.zone,
        filters=asked.filters(name=name, min_sessions=min_sessions, sort=sort, limit=limit),
        data=[_fields(each, asked) for each in found.rows],
        totals={
            "sessions": found.sessions,
            "names": found.names,
            "pairs_compared": found.compared,
            "common": found.common,
            "together": found.together,
            **scanned_fields(found.scanned),
        },
        warnings=warnings(asked, found.scanned),
    )
    return Answered(found, asked, told)


def _fields(found: Pair, asked: Asked) -> dict[str, object]:
    low, high = found.support_interval
    excess_low, excess_high = found.excess_interval or (None, None)
    both = ("--with", found.first[1], "--with", found.second[1])
    return {
        "first_kind": found.first[0],
        "first_name": found.first[1],
        "second_kind": found.second[0],
        "second_name": found.second[1],
        "sessions_together": found.times,
        "sessions_first": found.sessions_first,
        "sessions_second": found.sessions_second,
        "support": found.support,
        "support_low": low,
        "support_high": high,
        "lift": found.lift,
        "expected_sessions": found.association.expected,
        "lift_among_alike": found.excess,
        "lift_among_alike_low": excess_low,
        "lift_among_alike_high": excess_high,
        "p_value": found.p_value,
        "adjusted_p": found.adjusted_p,
        "verdict": found.verdict,
        "evidence": command(asked, "patterns", "sessions", *both),
    }
