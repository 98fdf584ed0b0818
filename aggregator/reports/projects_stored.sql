select count(distinct project_id)
from skill_aggregates
where
    time_window = $time_window
    and window_start = $window_start
    and ($kind = 'all' or kind = $kind)
    and list_contains($projects, project_id)
