-- A project and all that was ever stored of it. Its marks stay: the rollups must let it go too.

delete from skill_usage where project_id = $id;

delete from agent_recommendations where project_id = $id;

delete from workflow_executions where project_id = $id;

delete from rejected_records where project_id = $id;

delete from source_files where project_id = $id;

delete from projects where project_id = $id;

-- Its worktrees may hold the same records: they are read again, and then counted there.
update source_files
set fingerprint = '', checkpoint = '{}'
where project_id in (
    select project_id from projects where repository = $repository
);
