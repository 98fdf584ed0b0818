-- Outcomes of every name by workflow path, in all active projects together.

select
    kind,
    skill_name,
    value,
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from skill_breakdowns
where
    time_window = 'daily'
    and project_id = '*'
    and dimension = 'path'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
group by kind, skill_name, value
