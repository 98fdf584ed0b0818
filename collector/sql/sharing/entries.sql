-- Of optimizer entries and workflows that linked projects share, only those of the first project in
-- the order of precedence are kept.

create or replace temp table first_entries as
select
    staged.rowid as staged_row,
    arg_min(held.project_id, precedence.place) as owner,
    min(precedence.place) as place
from staged_recommendations as staged
inner join (
    select project_id, agent, recommended_at, occurrence, cast(recommendations as varchar) as items
    from agent_recommendations
    union
    select project_id, agent, recommended_at, occurrence, recommendations
    from staged_recommendations
) as held
    on held.agent = staged.agent
    and held.recommended_at = staged.recommended_at
    and held.occurrence = staged.occurrence
    and held.items = staged.recommendations
inner join linked on linked.project_id = staged.project_id and linked.other_id = held.project_id
inner join precedence on precedence.project_id = held.project_id
group by staged.rowid;

delete from first_entries
where exists (
    from staged_recommendations as staged
    inner join precedence on precedence.project_id = staged.project_id
    where staged.rowid = first_entries.staged_row and precedence.place < first_entries.place
);

update staged_recommendations
set project_id = first_entries.owner
from first_entries
where staged_recommendations.rowid = first_entries.staged_row;

delete from agent_recommendations as stored
where exists (
    from staged_recommendations as staged
    inner join linked on linked.project_id = staged.project_id and linked.other_id = stored.project_id
    inner join precedence as first on first.project_id = staged.project_id
    inner join precedence as later on later.project_id = stored.project_id
    where
        first.place < later.place
        and staged.agent = stored.agent
        and staged.recommended_at = stored.recommended_at
        and staged.occurrence = stored.occurrence
        and staged.recommendations = cast(stored.recommendations as varchar)
);

create or replace temp table first_workflows as
select
    staged.rowid as staged_row,
    arg_min(held.project_id, precedence.place) as owner,
    min(precedence.place) as place
from staged_workflows as staged
inner join (
    select project_id, workflow_id, created_at from workflow_executions
    union
    select project_id, workflow_id, created_at from staged_workflows
) as held on held.workflow_id = staged.workflow_id and held.created_at = staged.created_at
inner join linked on linked.project_id = staged.project_id and linked.other_id = held.project_id
inner join precedence on precedence.project_id = held.project_id
group by staged.rowid;

delete from first_workflows
where exists (
    from staged_workflows as staged
    inner join precedence on precedence.project_id = staged.project_id
    where staged.rowid = first_workflows.staged_row and precedence.place < first_workflows.place
);

update staged_workflows
set project_id = first_workflows.owner
from first_workflows
where staged_workflows.rowid = first_workflows.staged_row;

delete from workflow_executions as stored
where exists (
    from staged_workflows as staged
    inner join linked on linked.project_id = staged.project_id and linked.other_id = stored.project_id
    inner join precedence as first on first.project_id = staged.project_id
    inner join precedence as later on later.project_id = stored.project_id
    where
        first.place < later.place
        and staged.workflow_id = stored.workflow_id
        and staged.created_at = stored.created_at
);
