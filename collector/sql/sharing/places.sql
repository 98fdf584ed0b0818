select project_id, project_path, folder, repository, is_worktree from projects;
