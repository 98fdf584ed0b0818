-- Which projects have any row: a bucket holds its projects, other days are asked for one by one.

select distinct project_id
from skill_aggregates
where
    time_window = $time_window
    and ($since is null or window_start >= $since)
    and ($until is null or window_start <= $until)
    and ($kind = 'all' or kind = $kind)
