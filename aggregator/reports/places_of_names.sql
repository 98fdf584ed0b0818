-- In which projects each skill and agent was ever used.

select kind, skill_name, list(distinct project_id)
from periods($q)
group by kind, skill_name
