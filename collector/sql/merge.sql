-- Staged rows into the facts: one row an invocation, the most complete state, never a step back.
-- Idempotent and independent of order: of two states of one invocation the more complete one wins,
-- of equally complete ones the one from the newer snapshot.

create or replace temp macro completeness(outcome, duration_ms) as
case
    when outcome = 'success' then 3
    when outcome = 'failure' then 2
    when outcome = 'abandoned' and duration_ms is not null then 2
    when outcome = 'abandoned' then 1
    else 0
end;

-- An idempotency key stands for time and session: with one, neither belongs to the identity.
create or replace temp table arriving as
select
    *,
    case when idempotency_key is null then invoked_at end as identity_at,
    case when idempotency_key is null then session_id end as identity_session
from staged
qualify row_number() over (
    partition by
        project_id, kind, skill_name, idempotency_key, identity_at, identity_session, occurrence
    order by completeness(outcome, duration_ms) desc, snapshot_at desc, source_file_id, position desc
) = 1;

create or replace temp table changes as
with existing as (
    select
        *,
        rowid as existing_row,
        case when idempotency_key is null then invoked_at end as identity_at,
        case when idempotency_key is null then session_id end as identity_session
    from skill_usage
    where project_id in (select distinct project_id from arriving)
)

select
    arriving.* exclude (identity_at, identity_session),
    existing.existing_row,
    existing.day as existing_day,
    cast(timezone($zone, arriving.invoked_at) as date) as day
from arriving
left join existing
    on existing.project_id = arriving.project_id
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
    and existing.idempotency_key is not distinct from arriving.idempotency_key
    and existing.identity_at is not distinct from arriving.identity_at
    and existing.identity_session is not distinct from arriving.identity_session
where
    existing.existing_row is null
    or (
        (
            completeness(arriving.outcome, arriving.duration_ms), arriving.snapshot_at
        ) >= (
            completeness(existing.outcome, existing.duration_ms), existing.snapshot_at
        )
        and (
            existing.invoked_at, existing.session_id, existing.outcome, existing.duration_ms,
            existing.followup_actions, existing.followup_names, existing.quality_score,
            existing.workflow_path, existing.error_type, existing.alternatives_considered,
            existing.selection_rank
        ) is distinct from (
            arriving.invoked_at, arriving.session_id, arriving.outcome, arriving.duration_ms,
            arriving.followup_actions, arriving.followup_names, arriving.quality_score,
            arriving.workflow_path, arriving.error_type, arriving.alternatives_considered,
            arriving.selection_rank
        )
    );

create or replace temp table newly_dirty as
select distinct marked.*
from (
    select project_id, kind, skill_name, day from changes
    union all
    select project_id, kind, skill_name, existing_day from changes where existing_row is not null
) as marked
anti join dirty_buckets using (project_id, kind, skill_name, day);

insert into dirty_buckets from newly_dirty;

delete from skill_usage
where rowid in (select existing_row from changes where existing_row is not null);

insert into skill_usage by name
select
    * exclude (position, existing_row, existing_day),
    $collect_run_id as collect_run_id,
    cast(date_trunc('week', day) as date) as week,
    cast(date_trunc('month', day) as date) as month
from changes;
