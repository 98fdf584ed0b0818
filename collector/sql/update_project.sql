-- What was given replaces what was there; tags are added to those there are.

update projects
set
    project_name = coalesce($name, project_name),
    project_type = coalesce($type, project_type),
    type_basis = coalesce($type_basis, type_basis),
    metadata = json_merge_patch(metadata, cast($tags as json)),
    repository = $repository,
    is_worktree = $is_worktree,
    folder = $folder
where project_id = $project_id
