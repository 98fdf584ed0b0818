-- The stored buckets of one grain between two starts, of every name.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    window_start,
    invocations,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    p50_duration_ms,
    p95_duration_ms
from skill_aggregates
where
    time_window = $grain
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
