-- Errors of failures in all active projects together, by name, most frequent first.

select '*' as scope, kind, skill_name, value, cast(sum(times) as bigint) as times
from skill_breakdowns
where
    time_window = 'daily'
    and window_start between $since and $until
    and project_id = '*'
    and dimension = 'error'
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
group by kind, skill_name, value
order by times desc, value
