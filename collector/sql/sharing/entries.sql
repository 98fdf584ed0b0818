-- Optimizer entries and workflows that linked projects have in common are those of the first of them.

create or replace temp table first_entries as
select
    told.rowid as staged_row,
    arg_min(held.project_id, precedence.place) as owner,
    min(precedence.place) as place
from staged_recommendations as told
inner join (
    select project_id, agent, recommended_at, occurrence, cast(recommendations as varchar) as items
    from agent_recommendations
    union
    select project_id, agent, recommended_at, occurrence, recommendations
    from staged_recommendations
) as held
    on held.agent = told.agent
    and held.recommended_at = told.recommended_at
    and held.occurrence = told.occurrence
    and held.items = told.recommendations
inner join linked on linked.project_id = told.project_id and linked.other_id = held.project_id
inner join precedence on precedence.project_id = held.project_id
group by told.rowid;

delete from first_entries
where exists (
    from staged_recommendations as told
    inner join precedence on precedence.project_id = told.project_id
    where told.rowid = first_entries.staged_row and precedence.place < first_entries.place
);

update staged_recommendations
set project_id = first_entries.owner
from first_entries
where staged_recommendations.rowid = first_entries.staged_row;

delete from agent_recommendations as stored
where exists (
    from staged_recommendations as told
    inner join linked on linked.project_id = told.project_id and linked.other_id = stored.project_id
    inner join precedence as first on first.project_id = told.project_id
    inner join precedence as later on later.project_id = stored.project_id
    where
        first.place < later.place
        and told.agent = stored.agent
        and told.recommended_at = stored.recommended_at
        and told.occurrence = stored.occurrence
        and told.recommendations = cast(stored.recommendations as varchar)
);

create or replace temp table first_workflows as
select
    told.rowid as staged_row,
    arg_min(held.project_id, precedence.place) as owner,
    min(precedence.place) as place
from staged_workflows as told
inner join (
    select project_id, workflow_id, created_at from workflow_executions
    union
    select project_id, workflow_id, created_at from staged_workflows
) as held on held.workflow_id = told.workflow_id and held.created_at = told.created_at
inner join linked on linked.project_id = told.project_id and linked.other_id = held.project_id
inner join precedence on precedence.project_id = held.project_id
group by told.rowid;

delete from first_workflows
where exists (
    from staged_workflows as told
    inner join precedence on precedence.project_id = told.project_id
    where told.rowid = first_workflows.staged_row and precedence.place < first_workflows.place
);

update staged_workflows
set project_id = first_workflows.owner
from first_workflows
where staged_workflows.rowid = first_workflows.staged_row;

delete from workflow_executions as stored
where exists (
    from staged_workflows as told
    inner join linked on linked.project_id = told.project_id and linked.other_id = stored.project_id
    inner join precedence as first on first.project_id = told.project_id
    inner join precedence as later on later.project_id = stored.project_id
    where
        first.place < later.place
        and told.workflow_id = stored.workflow_id
        and told.created_at = stored.created_at
);
