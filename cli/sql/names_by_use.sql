select skill_name
from skill_aggregates
where time_window = 'all' and project_id = '*'
order by invocations desc, skill_name;
