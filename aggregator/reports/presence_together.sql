-- The same of all active projects together, of which every day is one bucket.

select
    kind,
    skill_name,
    min(window_start),
    max(window_start),
    count(*),
    cast(sum(invocations) as bigint)
from skill_aggregates
where
    time_window = 'daily'
    and project_id = '*'
    and ($kind = 'all' or kind = $kind)
group by kind, skill_name
