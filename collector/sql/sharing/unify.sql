-- Every invocation that several projects hold becomes one row: that of the first project, with the
-- others listed next to it.

create or replace temp table linked as
with pairs as (
    select project_id, other_id from checkouts
    union
    select project_id, other_id from shared_runs
    union
    select project_id, unnest(shared_with) as other_id from skill_usage where shared_with is not null
)

select project_id, other_id from pairs
union
select other_id, project_id from pairs;

create or replace temp table components as
with recursive reached as (
    select project_id, other_id from linked
    union
    select reached.project_id, linked.other_id
    from reached
    inner join linked on linked.project_id = reached.other_id
)

select project_id, min(other_id) as component
from reached
group by project_id;

-- The staged rows, and all stored rows of projects that are linked only now.
create or replace temp table affected_rows as
select
    staged.rowid as staged_row,
    component,
    project_id,
    source_file_id,
    invoked_at,
    shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ) as key
from staged
inner join components using (project_id)
union all
select
    null,
    component,
    project_id,
    source_file_id,
    invoked_at,
    shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    )
from skill_usage
inner join components using (project_id)
where project_id in (select project_id from relinked);

create or replace temp table stored_nodes as
select nodes.*
from (
    select
        skill_usage.rowid as stored_row,
        component,
        project_id,
        shared_with,
        shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ) as key
    from skill_usage
    inner join components using (project_id)
) as nodes
semi join affected_rows using (component, key);

create or replace temp table holders as
select component, key, project_id as owner, project_id as holder, null as stored_row
from affected_rows
where staged_row is not null
union all
select
    component, key, project_id, unnest(list_append(coalesce(shared_with, []), project_id)), stored_row
from stored_nodes;

create or replace temp table partners as
select files.source_file_id, files.project_id, checkouts.other_id, null as until
from (select distinct source_file_id, project_id from affected_rows) as files
inner join checkouts using (project_id)
union all
select source_file_id, project_id, other_id, until
from shared_runs;

-- Whoever is in a pair of which one may hold the other's row.
create or replace temp table sharers as
with pairs as (
    select affected_rows.component, affected_rows.key, affected_rows.project_id, holders.holder
    from affected_rows
    inner join partners
        on partners.project_id = affected_rows.project_id
        and partners.source_file_id = affected_rows.source_file_id
        and (partners.until is null or affected_rows.invoked_at <= partners.until)
    inner join holders
        on holders.component = affected_rows.component
        and holders.key = affected_rows.key
        and holders.holder = partners.other_id
    union
    select affected_rows.component, affected_rows.key, affected_rows.project_id, holders.owner
    from affected_rows
    inner join holders
        on holders.component = affected_rows.component
        and holders.key = affected_rows.key
        and holders.holder = affected_rows.project_id
        and holders.owner <> affected_rows.project_id
),

paired as (
    select component, key, project_id as holder from pairs
    union
    select component, key, holder from pairs
)

select component, key, holder from paired
union
select holders.component, holders.key, holders.holder
from holders
where holders.stored_row in (
    select same.stored_row
    from holders as same
    inner join paired using (component, key, holder)
    where same.stored_row is not null
);

create or replace temp table decided as
select
    component,
    key,
    arg_min(holder, place) as owner,
    list_filter(
        list_sort(list(holder)), lambda each: each <> arg_min(holder, place)
    ) as others
from sharers
inner join precedence on precedence.project_id = sharers.holder
group by component, key;

-- Of rows that are stored several times the most complete one stays, as in a merge.
create or replace temp table shared_stored as
select
    stored.rowid as stored_row,
    stored.project_id,
    stored.kind,
    stored.skill_name,
    stored.day,
    decided.owner,
    decided.others,
    min(stored.workflow_phase) over same_use as phase,
    row_number() over (
        same_use
        order by
            completeness(stored.outcome, stored.duration_ms) desc, stored.snapshot_at desc,
            stored.source_file_id, stored.rowid
    ) > 1 as is_repeated,
    stored.project_id <> decided.owner or stored.shared_with is distinct from decided.others
        as is_other
from skill_usage as stored
inner join stored_nodes as nodes on nodes.stored_row = stored.rowid
inner join decided on decided.component = nodes.component and decided.key = nodes.key
semi join sharers
    on sharers.component = nodes.component
    and sharers.key = nodes.key
    and sharers.holder = nodes.project_id
window same_use as (partition by nodes.component, nodes.key);

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day
    from shared_stored
    where is_repeated or project_id <> owner
    union all
    select owner, kind, skill_name, day
    from shared_stored
    where is_repeated or project_id <> owner
) as marked (project_id, kind, skill_name, day)
anti join dirty_buckets using (project_id, kind, skill_name, day);

update staged
set project_id = decided.owner, shared_with = decided.others
from affected_rows
inner join decided on decided.component = affected_rows.component and decided.key = affected_rows.key
inner join sharers
    on sharers.component = affected_rows.component
    and sharers.key = affected_rows.key
    and sharers.holder = affected_rows.project_id
where staged.rowid = affected_rows.staged_row;

update projects
set shares_rows = true
where not shares_rows and project_id in (select holder from sharers);

create or replace temp table repeated_stored as
select if(project_id <> owner, project_id, others[1]) as project_id, owner, stored_row
from shared_stored
where is_repeated;

delete from skill_usage where rowid in (select stored_row from repeated_stored);

update skill_usage
set
    project_id = shared_stored.owner,
    shared_with = shared_stored.others,
    workflow_phase = shared_stored.phase
from shared_stored
where
    skill_usage.rowid = shared_stored.stored_row
    and not shared_stored.is_repeated
    and (shared_stored.is_other or skill_usage.workflow_phase is distinct from shared_stored.phase);
