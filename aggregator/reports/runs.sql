-- Collect runs, newest first, each with the total number of matching runs.

with known as (
    select
        * exclude (outcome),
        case
            when list_contains(cast($interrupted as bigint[]), collect_run_id) then 'interrupted'
            else outcome
        end as outcome
    from collect_runs
),
chosen as not materialized (
    select *
    from known
    where
        collect_run_id = coalesce(cast($run_id as bigint), collect_run_id)
        and (not cast($failed as boolean) or outcome in ('failed', 'interrupted'))
        and (
            $project_id is null
            or list_contains(json_extract_string(projects, '$[*].project_id'), $project_id)
        )
)
select
    collect_run_id,
    trigger,
    epoch_us(started_at),
    epoch_us(ended_at),
    outcome,
    error,
    whole,
    cast(projects as varchar),
    (select count(*) from chosen)
from chosen
order by collect_run_id desc
limit $count
