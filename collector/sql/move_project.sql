update projects
set project_path = $path, repository = $repository, is_worktree = $is_worktree, folder = $folder
where project_id = $id;
