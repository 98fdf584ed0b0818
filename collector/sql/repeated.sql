-- Two files, or two lines with one key, may describe one invocation: the best state is kept.
-- Hashes find the few candidates among the rows that alike.sql found; they are never stored.
create or replace temp table repeated_rows as
with hashed as (
    select
        rowid as staged_row,
        hash(
            project_id, kind, skill_name, idempotency_key, occurrence,
            identity_at(idempotency_key, local_time, invoked_at),
            identity_local(idempotency_key, local_time),
            identity_session(idempotency_key, session_id)
        ) as identity_hash
    from staged
    where staged.rowid in (select staged_row from alike_rows)
)

select staged_row
from hashed
semi join (
    select identity_hash from hashed group by identity_hash having count(*) > 1
) as repeated using (identity_hash);

update staged
set workflow_phase = named.phase
from (
    select
        staged.rowid as staged_row,
        min(workflow_phase) over (
            partition by
                project_id, kind, skill_name, idempotency_key, occurrence,
                identity_at(idempotency_key, local_time, invoked_at),
                identity_local(idempotency_key, local_time),
                identity_session(idempotency_key, session_id)
        ) as phase
    from staged
    where staged.rowid in (select staged_row from repeated_rows)
) as named
where staged.rowid = named.staged_row and staged.workflow_phase is distinct from named.phase;

create or replace temp table superseded_rows as
select staged.rowid as staged_row
from staged
where staged.rowid in (select staged_row from repeated_rows)
qualify row_number() over (
    partition by
        project_id, kind, skill_name, idempotency_key, occurrence,
        identity_at(idempotency_key, local_time, invoked_at),
        identity_local(idempotency_key, local_time),
        identity_session(idempotency_key, session_id)
    order by
        completeness(outcome, duration_ms) desc, snapshot_at desc,
        source_file_id, position desc, staged.rowid desc
) > 1;
