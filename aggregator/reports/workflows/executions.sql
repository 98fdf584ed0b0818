-- Every workflow execution, of whichever project, with the registered projects it was run for.

select
    project_id,
    workflow_id,
    status,
    epoch_us(created_at),
    epoch_us(updated_at),
    (
        select coalesce(list(distinct projects.project_id order by projects.project_id), [])
        from (select unnest(workflow_executions.repositories) as path) as named
        join projects on projects.project_path = rtrim(named.path, '/')
    )
from workflow_executions
order by created_at, project_id, workflow_id
