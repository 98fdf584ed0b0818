-- Outcomes of every name in each project, from the day $since_recent on and in all of the span.

select
    project_id,
    kind,
    skill_name,
    cast(coalesce(sum(successes) filter (window_start >= $since_recent), 0) as bigint),
    cast(
        coalesce(sum(successes + failures + abandoned) filter (window_start >= $since_recent), 0)
        as bigint
    ),
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from skill_aggregates
where
    time_window = 'daily'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
group by project_id, kind, skill_name
