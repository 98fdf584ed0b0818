-- A project's all time, as the sum of its months. A session with several months counts once. Percentiles
-- are computed from all rows, also where few buckets are stale: finding their rows takes as long.

insert into skill_aggregates by name
with added as (
    select
        project_id,
        kind,
        skill_name,
        sum(columns(added_measures())),
        min(first_used) as first_used,
        max(last_used) as last_used
    from skill_aggregates
    where
        time_window = 'monthly'
        and project_id <> '*'
        and (
            $everything
            or (project_id, kind, skill_name) in (
                select (project_id, kind, skill_name)
                from stale
                where time_window = 'all' and not overall
            )
        )
    group by project_id, kind, skill_name
),

repeated as (
    select project_id, kind, skill_name, sum(months) as months
    from (
        select
            project_id,
            kind,
            skill_name,
            count(distinct date_trunc('month', day)) - 1 as months
        from session_days
        group by project_id, kind, skill_name, session_id
    )
    group by project_id, kind, skill_name
),

percentiles as (
    select
        project_id,
        kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from invocations
    where invoked_at <= cast($horizon as timestamptz)
    group by project_id, kind, skill_name
)

select
    'all' as time_window,
    date '1970-01-01' as window_start,
    added.* replace (sessions - coalesce(repeated.months, 0) as sessions),
    percentiles.found[1] as p50_duration_ms,
    percentiles.found[2] as p95_duration_ms,
    1 as projects
from added
inner join percentiles using (project_id, kind, skill_name)
left join repeated using (project_id, kind, skill_name);
