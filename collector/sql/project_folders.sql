select project_id, project_path, folder, timezone from projects order by registered_at;
