update projects
set folder = $folder, repository = $repository, is_worktree = $is_worktree
where project_id = $id;
