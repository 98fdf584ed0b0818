select project_id, project_name, is_active, epoch_us(last_sync_at)
from projects
order by project_name, project_id;
