-- The stored buckets of one question.

select *
from skill_aggregates
where
    time_window = $time_window
    and window_start = $window_start
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
