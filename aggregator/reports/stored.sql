-- The stored buckets of one question; without $projects those of all projects, and of them together.

select *
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
