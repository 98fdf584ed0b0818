-- The same from the rows asked for.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    case $grain when 'daily' then day when 'weekly' then week else month end as window_start,
    count(*) as invocations,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    count(duration_ms) as duration_count,
    coalesce(sum(duration_ms), 0) as duration_sum_ms,
    quantile_cont(cast(duration_ms as double), [0.5, 0.95])[1] as p50_duration_ms,
    quantile_cont(cast(duration_ms as double), [0.5, 0.95])[2] as p95_duration_ms
from asked
group by scope, kind, skill_name, window_start
