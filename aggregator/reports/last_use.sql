-- When anything was last used in some projects, or in any, in microseconds since 1970; as far as
-- statistics are updated.

select epoch_us(max(last_used))
from skill_aggregates
where time_window = 'all' and ($projects is null or list_contains($projects, project_id))
