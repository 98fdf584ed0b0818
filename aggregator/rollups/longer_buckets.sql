-- A project's weeks or months, as the sum of its days. Percentiles do not add up and are
-- computed from the rows; a session with several days counts once.

insert into skill_aggregates
with days as not materialized (
    select
        cast(date_trunc(if($time_window = 'weekly', 'week', 'month'), window_start) as date) as bucket_start,
        skill_aggregates.*
    from skill_aggregates
    where
        time_window = 'daily'
        and project_id <> '*'
        and ($since is null or window_start >= $since)
),

sessions_by_bucket as not materialized (
    select
        cast(date_trunc(if($time_window = 'weekly', 'week', 'month'), day) as date) as bucket_start,
        session_days.*
    from session_days
    where $since is null or day >= $since
),

repeated as (
    select bucket_start, project_id, kind, skill_name, sum(days) as days
    from (
        select bucket_start, project_id, kind, skill_name, count(*) - 1 as days
        from sessions_by_bucket
        group by bucket_start, project_id, kind, skill_name, session_id
    )
    group by bucket_start, project_id, kind, skill_name
),

added as (
    select
        bucket_start,
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
    from days
    where
        $everything
        or (bucket_start, project_id, kind, skill_name) in (
            select (window_start, project_id, kind, skill_name)
            from stale
            where time_window = $time_window and not overall
        )
    group by bucket_start, project_id, kind, skill_name
),

percentiles as (
    select
        window_start as bucket_start,
        project_id,
        kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from rows_in_buckets($time_window, false, $since, $horizon)
    group by window_start, project_id, kind, skill_name
)

select
    $time_window,
    bucket_start,
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
    sessions - coalesce(repeated.days, 0),
    1 as projects,
    first_used,
    last_used
from added
inner join percentiles using (bucket_start, project_id, kind, skill_name)
left join repeated using (bucket_start, project_id, kind, skill_name);
