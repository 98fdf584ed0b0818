-- All measures of a span that is a stored bucket, by project ('*': all active ones together), kind
-- and name; without $projects those of every project and of all together.

select
    project_id,
    kind,
    skill_name,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    p50_duration_ms,
    p95_duration_ms,
    quality_count,
    quality_sum,
    followup_count,
    followup_sum,
    sessions,
    projects,
    epoch_us(first_used),
    epoch_us(last_used)
from skill_aggregates
where
    time_window = $time_window
    and window_start = $window_start
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
    and (
        $projects is null
        or (
            project_id between list_min($projects) and list_max($projects)
            and list_contains($projects, project_id)
        )
    )
