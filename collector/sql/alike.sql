-- Staged rows whose keys may be equal to another's, by their project and the time and session or the key
-- of their own that is in them: few as a rule, or none. Only these are compared exactly. The hashes are
-- never stored. Without the project, keys that agents number through would be alike in all projects.

create or replace temp macro alike_hash(
    project_id, idempotency_key, local_time, invoked_at, session_id
) as
if(
    idempotency_key is null,
    hash(coalesce(local_time, make_timestamp(epoch_us(invoked_at))), session_id, project_id),
    hash(idempotency_key, project_id)
);

create or replace temp table seen_twice as
select alike_hash(project_id, idempotency_key, local_time, invoked_at, session_id) as key_hash
from staged
group by key_hash
having count(*) > 1;

create or replace temp table alike_rows as
select rowid as staged_row
from staged
where alike_hash(project_id, idempotency_key, local_time, invoked_at, session_id) in (from seen_twice);
