-- Rows whose file gives an instant and no key.

insert into matches by name
select
    arriving.staged_row,
    existing.rowid as existing_row,
    existing.day as existing_day,
    replaces(arriving, existing) as replaces,
    existing.shared_with,
    least(existing.workflow_phase, arriving.workflow_phase) as phase,
    phase is distinct from existing.workflow_phase as names_phase
from arriving
inner join skill_usage as existing
    on existing.invoked_at = arriving.invoked_at
    and existing.project_id = arriving.project_id
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
    and existing.session_id is not distinct from arriving.session_id
where
    arriving.idempotency_key is null
    and existing.idempotency_key is null
    and arriving.local_time is null
    and existing.local_time is null;
