-- The query over raw rows: compute what rollups store.

select
    if($by_project, project_id, '*') as of_project,
    kind,
    skill_name,
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
    count(distinct if(session_id is null, null, (project_id, session_id))) as sessions,
    count(distinct project_id) as projects,
    epoch_us(min(invoked_at)) as first_used,
    epoch_us(max(invoked_at)) as last_used
from skill_usage
where
    ($since is null or day >= $since)
    and ($until is null or day <= $until)
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
    and list_contains($projects, project_id)
group by 1, kind, skill_name
