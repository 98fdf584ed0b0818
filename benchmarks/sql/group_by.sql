-- One exact group by of all rows, with the aggregates that rollups store.

create or replace table grouped_by_day as
select
    project_id,
    kind,
    skill_name,
    day,
    count(*) as invocations,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    count(duration_ms) as duration_count,
    sum(duration_ms) as duration_sum_ms,
    quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as percentiles,
    count(quality_score) as quality_count,
    sum(quality_score) as quality_sum,
    count(followup_actions) as followup_count,
    sum(followup_actions) as followup_sum,
    count(distinct session_id) as sessions,
    min(invoked_at) as first_used,
    max(invoked_at) as last_used
from skill_usage
group by project_id, kind, skill_name, day
