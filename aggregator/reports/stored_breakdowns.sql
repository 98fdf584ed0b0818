-- The stored breakdowns of one skill or agent, for each selected project.

select dimension, value, successes, failures, abandoned, unknown
from skill_breakdowns
where
    time_window = $time_window
    and window_start = $window_start
    and ($kind = 'all' or kind = $kind)
    and skill_name = $name
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
