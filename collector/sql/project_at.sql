select project_id from projects where project_path = $path;
