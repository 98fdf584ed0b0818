-- What happened in each period of one grain, by group, kind and name.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    period_start,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    p50_duration_ms,
    p95_duration_ms
from periods($q)
