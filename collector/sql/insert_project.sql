insert into projects (
    project_id, project_path, project_name, timezone, metadata, is_worktree, registered_at, is_active,
    shares_rows
)
values ($id, $path, $name, $timezone, '{}', false, cast($now as timestamptz), true, false)
