-- Nothing is there twice: no invocation, no workflow, no bucket.

with twice as (
    select
        concat_ws(
            ' ', kind, skill_name, coalesce(cast(local_time as varchar), cast(invoked_at as varchar)),
            'of', project_id
        ) as about,
        count(*) as times
    from skill_usage
    group by
        project_id,
        kind,
        skill_name,
        occurrence,
        idempotency_key,
        if(idempotency_key is null and local_time is null, invoked_at, null),
        if(idempotency_key is null, local_time, null),
        if(idempotency_key is null, session_id, null),
        about
    having count(*) > 1
    union all
    select concat_ws(' ', 'the workflow', workflow_id, 'of', project_id), count(*)
    from workflow_executions
    group by project_id, workflow_id
    having count(*) > 1
    union all
    select
        concat_ws(' ', 'the bucket', kind, skill_name, time_window, window_start, 'of', project_id),
        count(*)
    from skill_aggregates
    group by time_window, window_start, project_id, kind, skill_name
    having count(*) > 1
)

select
    count(*) over () as findings,
    about,
    cast(times as varchar) as stored,
    '1' as expected
from twice
order by about
limit $examples;
