-- The registry. Instants leave as microseconds.

select
    project_id,
    project_path,
    project_name,
    project_type,
    timezone,
    cast(metadata as varchar),
    repository,
    is_worktree,
    epoch_us(registered_at),
    epoch_us(last_sync_at),
    is_active,
    transcripts,
    type_basis
from projects
order by is_active desc, project_name, project_id
