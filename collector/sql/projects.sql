-- The registry with the rows each project holds. Instants leave as microseconds.

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
    coalesce(held.row_count, 0),
    transcripts,
    type_basis
from projects
left join (
    select project_id, count(*) as row_count from skill_usage group by project_id
) as held using (project_id)
order by is_active desc, project_name, project_id
