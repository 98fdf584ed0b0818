-- A bucket holds its projects; other days are asked for one by one.

select count(distinct project_id)
from skill_aggregates
where
    time_window = $time_window
    and ($since is null or window_start >= $since)
    and ($until is null or window_start <= $until)
    and ($kind = 'all' or kind = $kind)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
