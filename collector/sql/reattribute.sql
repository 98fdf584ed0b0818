-- The same record in a repository and in its worktree is one record. A staged row goes to the
-- project that holds it already, else to the main checkout, else to the one registered first.

create or replace temp table holders as
with held as (
    select
        siblings.repository, siblings.project_id, siblings.precedence,
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    from skill_usage
    inner join siblings using (project_id)
    union all
    select
        siblings.repository, siblings.project_id, siblings.precedence + 1000000,
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    from staged
    inner join siblings using (project_id)
)

select
    staged.rowid as staged_row,
    arg_min(held.project_id, held.precedence) as holder
from staged
inner join siblings using (project_id)
inner join held
    on held.repository = siblings.repository
    and held.kind = staged.kind
    and held.skill_name = staged.skill_name
    and held.session_id is not distinct from staged.session_id
    and held.idempotency_key is not distinct from staged.idempotency_key
    and held.occurrence = staged.occurrence
    and (
        staged.idempotency_key is not null
        or (
            held.local_time is not distinct from staged.local_time
            and (held.local_time is not null or held.invoked_at = staged.invoked_at)
        )
    )
group by staged.rowid;

update staged
set project_id = holders.holder
from holders
where staged.rowid = holders.staged_row and staged.project_id <> holders.holder;

update staged_recommendations
set project_id = main.project_id
from siblings
inner join siblings as main on main.repository = siblings.repository and main.precedence = 1
where staged_recommendations.project_id = siblings.project_id;

update staged_workflows
set project_id = main.project_id
from siblings
inner join siblings as main on main.repository = siblings.repository and main.precedence = 1
where staged_workflows.project_id = siblings.project_id;
