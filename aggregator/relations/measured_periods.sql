-- The same as `stored_periods`, computed from the rows since the watermark.

create or replace temp macro measured_periods(q) as table
select
    if(q['together'], '*', project_id) as project_id,
    kind,
    skill_name,
    case q['grain'] when 'daily' then day when 'weekly' then week else month end as period_start,
    count(*) as invocations,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    count(duration_ms) as duration_count,
    coalesce(sum(duration_ms), 0) as duration_sum_ms,
    quantile_cont(cast(duration_ms as double), 0.5) as p50_duration_ms,
    quantile_cont(cast(duration_ms as double), 0.95) as p95_duration_ms,
    count(quality_score) as quality_count,
    coalesce(sum(quality_score), 0) as quality_sum,
    count(followup_actions) as followup_count,
    coalesce(sum(followup_actions), 0) as followup_sum,
    count(distinct (project_id, session_id)) filter (session_id is not null) as sessions,
    min(invoked_at) as first_used,
    max(invoked_at) as last_used,
    if(q['by_source'], source, null) as source
from asked(q)
where day >= q['watermark']
group by all;
