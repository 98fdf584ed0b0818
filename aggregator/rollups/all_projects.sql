-- All active projects together: the sum of the projects' buckets. A session belongs to one project, so
-- sessions add up too. Percentiles do not, and are computed from the rows.

insert into skill_aggregates
with sums as (
    select
        window_start,
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
        count(*) as projects,
        min(first_used) as first_used,
        max(last_used) as last_used
    from project_buckets($time_window, $since)
    where project_id in (select project_id from projects where is_active)
    group by window_start, kind, skill_name
),

percentiles as (
    select
        window_start,
        kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from rows_in_buckets($time_window, true, $since, $horizon)
    group by window_start, kind, skill_name
)

select
    $time_window,
    window_start,
    '*',
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
    sessions,
    projects,
    first_used,
    last_used
from sums
inner join percentiles using (window_start, kind, skill_name);
