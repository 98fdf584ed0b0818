-- A project's weeks or months, as the sum of its days. Percentiles do not add up and are
-- computed from the rows; a session with several days counts once.

insert into skill_aggregates by name
with days as not materialized (
    select
        cast(date_trunc(if($time_window = 'weekly', 'week', 'month'), window_start) as date) as window_start,
        skill_aggregates.* exclude (window_start)
    from skill_aggregates
    where
        time_window = 'daily'
        and project_id <> '*'
        and ($since is null or skill_aggregates.window_start >= $since)
),

sessions_by_bucket as not materialized (
    select
        cast(date_trunc(if($time_window = 'weekly', 'week', 'month'), day) as date) as window_start,
        session_days.*
    from session_days
    where $since is null or day >= $since
),

repeated as (
    select window_start, project_id, kind, skill_name, sum(days) as days
    from (
        select window_start, project_id, kind, skill_name, count(*) - 1 as days
        from sessions_by_bucket
        group by window_start, project_id, kind, skill_name, session_id
    )
    group by window_start, project_id, kind, skill_name
),

added as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        sum(columns(added_measures())),
        min(first_used) as first_used,
        max(last_used) as last_used
    from days
    where
        $everything
        or (window_start, project_id, kind, skill_name) in (
            select (window_start, project_id, kind, skill_name)
            from stale
            where time_window = $time_window and not overall
        )
    group by window_start, project_id, kind, skill_name
),

percentiles as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from rows_in_buckets($time_window, false, $since, $horizon)
    group by window_start, project_id, kind, skill_name
)

select
    $time_window as time_window,
    added.* replace (sessions - coalesce(repeated.days, 0) as sessions),
    percentiles.found[1] as p50_duration_ms,
    percentiles.found[2] as p95_duration_ms,
    1 as projects
from added
inner join percentiles using (window_start, project_id, kind, skill_name)
left join repeated using (window_start, project_id, kind, skill_name);
