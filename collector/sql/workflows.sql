-- Workflow executions: one row a workflow, as it was at its last change. One that the engine
-- deleted stays.

create or replace temp table latest_workflows as
select *
from staged_workflows
qualify row_number() over (
    partition by project_id, workflow_id
    order by coalesce(updated_at, created_at) desc, snapshot_at desc, source_file_id, status
) = 1;

create or replace temp table changed_workflows as
select latest.*, known.workflow_id is not null as is_known
from latest_workflows as latest
left join workflow_executions as known using (project_id, workflow_id)
where
    known.workflow_id is null
    or (
        (coalesce(latest.updated_at, latest.created_at), latest.snapshot_at)
        >= (coalesce(known.updated_at, known.created_at), known.snapshot_at)
        and (latest.status, latest.repositories, latest.created_at, latest.updated_at)
        is distinct from (known.status, known.repositories, known.created_at, known.updated_at)
    );

create or replace temp table workflow_counts as
select source_file_id, count(*) filter (not is_known) as inserted, count(*) filter (is_known) as updated
from changed_workflows
group by source_file_id;

delete from workflow_executions
where (project_id, workflow_id) in (select project_id, workflow_id from changed_workflows);

insert into workflow_executions by name
select * exclude (is_known) from changed_workflows;
