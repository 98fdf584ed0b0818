-- The days of each project up to $until, computed from its rows. Ordered by month, so that a query of a few days
-- reads few row groups; ordering by day would take twice as long.

insert into skill_aggregates by name
select
    'daily' as time_window,
    window_start,
    project_id,
    kind,
    skill_name,
    count(*) as invocations,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    count(duration_ms) as duration_count,
    coalesce(sum(duration_ms), 0) as duration_sum_ms,
    quantile_cont(cast(duration_ms as double), [0.5, 0.95])[1] as p50_duration_ms,
    quantile_cont(cast(duration_ms as double), [0.5, 0.95])[2] as p95_duration_ms,
    count(quality_score) as quality_count,
    coalesce(sum(quality_score), 0) as quality_sum,
    count(followup_actions) as followup_count,
    coalesce(sum(followup_actions), 0) as followup_sum,
    count(distinct session_id) as sessions,
    1 as projects,
    min(invoked_at) as first_used,
    max(invoked_at) as last_used
from rows_in_buckets('daily', false, $since, $horizon)
where $until is null or window_start < $until
group by window_start, project_id, kind, skill_name
order by date_trunc('month', window_start);
