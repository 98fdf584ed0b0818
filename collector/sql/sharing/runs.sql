-- How far what two projects have in common goes: up to the first record that only one of them has. A
-- run that is not known yet must be long, and its records equal in every field: single
-- ones may be equal by chance. Times of a whole second count one, finer ones more.

create or replace temp table rows_elsewhere as
with wanted as (
    select distinct key from compared_rows
)

select held.key, held.holder, any_value(held.state) as state
from (
    select
        shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ) as key,
        unnest(list_append(coalesce(shared_with, []), project_id)) as holder,
        (outcome, duration_ms, quality_score, error_type, workflow_path, followup_actions) as state
    from skill_usage
    where
        project_id in (select other_id from compared_rows)
        or list_has_any(shared_with, (select list(distinct other_id) from compared_rows))
    union all
    select
        shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ),
        project_id,
        (outcome, duration_ms, quality_score, error_type, workflow_path, followup_actions)
    from staged
    where project_id in (select other_id from compared_rows)
) as held
semi join wanted using (key)
group by held.key, held.holder;

create or replace temp table found_runs as
with compared as (
    select
        compared_rows.* exclude (state),
        elsewhere.key is not null as is_shared,
        compared_rows.state = elsewhere.state as is_equal
    from compared_rows
    left join rows_elsewhere as elsewhere
        on elsewhere.key = compared_rows.key and elsewhere.holder = compared_rows.other_id
),

ends as (
    select
        *,
        min(invoked_at) filter (not is_shared) over (
            partition by source_file_id, other_id, since
        ) as first_own
    from compared
),

runs as (
    select
        source_file_id, project_id, other_id, is_new, since,
        max(invoked_at) as until,
        count(distinct invoked_at) filter (is_equal)
        + ($fine - 1) * count(distinct invoked_at) filter (
            is_equal and epoch_us(invoked_at) % 1000000 <> 0
        ) as evidence
    from ends
    where is_shared and (first_own is null or invoked_at <= first_own)
    group by all
)

select source_file_id, project_id, other_id, bool_and(is_new) as is_new, max(until) as until
from runs
where not is_new or evidence >= $enough
group by source_file_id, project_id, other_id;

-- The same run, seen from the other project's file.
insert into found_runs
select distinct other_file.source_file_id, found.other_id, found.project_id, false, found.until
from found_runs as found
inner join (
    select source_file_id, project_id, path from source_files
    union
    select source_file_id, project_id, path from staged_files
) as my_file on my_file.source_file_id = found.source_file_id
inner join (
    select source_file_id, project_id, path from source_files
    union
    select source_file_id, project_id, path from staged_files
) as other_file on other_file.project_id = found.other_id and other_file.path = my_file.path;

create or replace temp table renewed_runs as
select source_file_id, project_id, other_id, max(until) as until
from (
    select source_file_id, project_id, other_id, until from found_runs
    union all
    select source_file_id, project_id, other_id, until
    from shared_runs
    where (source_file_id, other_id) in (select (source_file_id, other_id) from found_runs)
)
group by source_file_id, project_id, other_id;

delete from shared_runs
where (source_file_id, other_id) in (select (source_file_id, other_id) from renewed_runs);

insert into shared_runs by name from renewed_runs;

insert into relinked
select distinct project_id from found_runs where is_new;
