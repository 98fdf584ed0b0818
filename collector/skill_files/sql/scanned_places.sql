select project_id, project_path
from projects
where is_active
union all select $user, value
from settings
where key = $setting;
