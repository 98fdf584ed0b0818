"""The facts of a warehouse as the oracle's rows, so that the two can be compared."""

from __future__ import annotations

from oracle import Row
from schema.warehouse import Warehouse, from_micros

_FACTS = """
select
    project_name, kind, skill_name, epoch_us(invoked_at), session_id, idempotency_key, occurrence,
    outcome, duration_ms, followup_actions, followup_names, quality_score, workflow_path,
    error_type, alternatives_considered, selection_rank
from skill_usage
inner join projects using (project_id)
"""


def stored_rows(warehouse: Warehouse) -> list[Row]:
    """Every row that is stored, a project called by its name, in the order of the rows' keys."""
    with warehouse.reading() as con:
        facts = con.execute(_FACTS).fetchall()
    rows = [
        Row(
            project=fact[0],
            kind=fact[1],
            name=fact[2],
            invoked_at=from_micros(fact[3]),
            session_id=fact[4],
            idempotency_key=fact[5],
            occurrence=fact[6],
            outcome=fact[7],
            duration_ms=fact[8],
            followups=fact[9],
            followup_actions=None if fact[10] is None else tuple(fact[10]),
            quality_score=fact[11],
            workflow_path=fact[12],
            error_type=fact[13],
            alternatives=None if fact[14] is None else tuple(fact[14]),
            selection_rank=fact[15],
        )
        for fact in facts
    ]
    return in_order(rows)


def in_order(rows: list[Row]) -> list[Row]:
    """The rows by their keys, so that two lists of the same rows are equal."""
    return sorted(rows, key=lambda row: [str(part) for part in row.key])
