select project_id, project_name, project_type, is_active, cast(metadata as varchar)
from projects
order by project_name, project_id;
