-- What was used in one session, in order.

select
    project_id,
    part,
    kind,
    skill_name,
    epoch_us(invoked_at) as invoked_us,
    (epoch_us(invoked_at) - epoch_us(lag(invoked_at) over in_order)) / 1000 as gap_ms,
    outcome,
    cast(duration_ms as double) as duration_ms,
    workflow_path,
    workflow_phase,
    error_type
from in_sessions($q, $idle_us)
where session_id = $session
window in_order as (
    partition by project_id, part
    order by invoked_at, kind, skill_name, idempotency_key nulls first, occurrence
)
order by project_id, part, invoked_at, kind, skill_name, idempotency_key nulls first, occurrence
