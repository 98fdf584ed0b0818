-- On which of the span's days each name was used, the first day first, from the stored days.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    bitstring_agg(window_start - cast($since as date), 0, $last)
from skill_aggregates
where
    time_window = 'daily'
    and window_start between $since and $until
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
group by scope, kind, skill_name
