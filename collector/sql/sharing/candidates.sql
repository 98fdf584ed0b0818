-- Files that may be copies: whose first records another project has as well, or that hold all the times
-- with which another project's file begins. ``since`` is where what they have in common begins.

create or replace temp table first_rows as
select
    staged.source_file_id, staged.project_id, staged.kind, staged.skill_name, staged.invoked_at,
    staged.session_id, staged.idempotency_key, staged.occurrence
from staged
inner join new_openings using (source_file_id)
where staged.invoked_at <= list_max(new_openings.opening);

create or replace temp table candidates as
with equal_rows as (
    select
        first_rows.source_file_id,
        first_rows.project_id,
        first_rows.invoked_at,
        unnest(list_append(coalesce(stored.shared_with, []), stored.project_id)) as other_id
    from skill_usage as stored
    inner join first_rows
        on first_rows.invoked_at = stored.invoked_at
        and first_rows.kind = stored.kind
        and first_rows.skill_name = stored.skill_name
        and first_rows.occurrence = stored.occurrence
        and first_rows.session_id is not distinct from stored.session_id
        and first_rows.idempotency_key is not distinct from stored.idempotency_key
    union all
    select first_rows.source_file_id, first_rows.project_id, first_rows.invoked_at, staged.project_id
    from staged
    inner join first_rows
        on first_rows.invoked_at = staged.invoked_at
        and first_rows.kind = staged.kind
        and first_rows.skill_name = staged.skill_name
        and first_rows.occurrence = staged.occurrence
        and first_rows.session_id is not distinct from staged.session_id
        and first_rows.idempotency_key is not distinct from staged.idempotency_key
),

openings as (
    select source_file_id, project_id, opening from source_files where opening is not null
    union
    select source_file_id, project_id, opening from read_openings
),

begun as (
    select project_id as other_id, opening[1] as since, len(opening) as times, unnest(opening) as at
    from openings
)

select source_file_id, project_id, other_id, min(invoked_at) as since, true as is_new
from equal_rows
group by source_file_id, project_id, other_id
union
select staged.source_file_id, staged.project_id, begun.other_id, begun.since, true
from staged
inner join new_openings using (source_file_id)
inner join begun on begun.at = staged.invoked_at and begun.other_id <> staged.project_id
group by staged.source_file_id, staged.project_id, begun.other_id, begun.since, begun.times
having count(distinct begun.at) = begun.times;

delete from candidates
where
    project_id = other_id
    or (project_id, other_id) in (select (project_id, other_id) from checkouts);

insert into compared_rows
select
    staged.source_file_id, staged.project_id, candidates.other_id, candidates.since, true,
    staged.invoked_at,
    shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ),
    (outcome, duration_ms, quality_score, error_type, workflow_path, followup_actions)
from staged
inner join candidates
    on candidates.source_file_id = staged.source_file_id
    and staged.invoked_at >= candidates.since;
