-- A project's all time, as the sum of its months. A session with several months counts once. Percentiles
-- are computed from all rows, also where few buckets are stale: finding their rows takes as long.

insert into skill_aggregates
with added as (
    select
        project_id,
        kind,
        skill_name,
        sum(invocations) as invocations,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(abandoned) as abandoned,
        sum(unknown) as unknown,
        sum(duration_count) as duration_count,
        sum(duration_sum_ms) as duration_sum_ms,
        sum(quality_count) as quality_count,
        sum(quality_sum) as quality_sum,
        sum(followup_count) as followup_count,
        sum(followup_sum) as followup_sum,
        sum(sessions) as sessions,
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
    project_id,
    kind,
    skill_name,
    invocations,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    percentiles.found[1],
    percentiles.found[2],
    quality_count,
    quality_sum,
    followup_count,
    followup_sum,
    sessions - coalesce(repeated.months, 0),
    1 as projects,
    first_used,
    last_used
from added
inner join percentiles using (project_id, kind, skill_name)
left join repeated using (project_id, kind, skill_name);
