-- From when to when each name was used in some projects, on how many days, and how often.

select
    kind,
    skill_name,
    min(window_start),
    max(window_start),
    count(distinct window_start),
    cast(sum(invocations) as bigint)
from skill_aggregates
where
    time_window = 'daily'
    and ($kind = 'all' or kind = $kind)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
group by kind, skill_name
