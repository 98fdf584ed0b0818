-- The names of a project, each with its kind.

select distinct kind, skill_name
from skill_usage
where project_id = $id
