select kind
from skill_aggregates
where
    time_window = 'all'
    and ($kind = 'all' or kind = $kind)
    and skill_name = $name
    and list_contains($projects, project_id)
