select project_id, project_name, project_path, is_active
from projects
order by project_name, project_id;
