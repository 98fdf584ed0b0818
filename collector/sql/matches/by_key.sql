-- Rows that carry a key, against rows that are stored with it. Keys are in no order by which blocks could
-- be skipped, so they are looked up in two columns, and the others read of the rows that were found.

insert into matches by name
with found as materialized (
    select arriving.staged_row, existing.rowid as existing_row
    from arriving
    inner join skill_usage as existing
        on existing.idempotency_key = arriving.idempotency_key
        and existing.project_id = arriving.project_id
)

select
    arriving.staged_row,
    existing.rowid as existing_row,
    existing.day as existing_day,
    replaces(arriving, existing) as replaces,
    existing.shared_with,
    least(existing.workflow_phase, arriving.workflow_phase) as phase,
    phase is distinct from existing.workflow_phase as names_phase
from found
inner join arriving using (staged_row)
inner join skill_usage as existing
    on existing.rowid = found.existing_row
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
where existing.source_file_id is not null;
