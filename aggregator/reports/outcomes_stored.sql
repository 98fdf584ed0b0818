-- Outcomes before the day $since_now and from it on, from the stored days.

select
    window_start >= $since_now as is_now,
    sum(invocations) as total_invocations,
    sum(successes) as successful_completions,
    sum(successes + failures + abandoned) as known
from skill_aggregates
where
    time_window = 'daily'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and skill_name = $name
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
group by is_now
