-- Local times and days as today's zones have them. The first prepared zone is the reporting zone, see
-- schema/zones.sql; a project whose zone was not prepared keeps its instants.

create or replace temp table project_zones as
select project_id, zone_place(timezone) as place from projects where zone_place(timezone) is not null;

create or replace temp table moved_rows as
with reread as (
    select
        skill_usage.rowid as stored_row,
        project_id, kind, skill_name, skill_usage.invoked_at as old_instant, time_basis as old_basis,
        day as old_day,
        case
            when local_time is null or place is null then skill_usage.invoked_at
            else local_instant(place, local_time)
        end as invoked_at,
        case
            when local_time is null or place is null then time_basis
            else local_basis(place, local_time)
        end as time_basis
    from skill_usage
    left join project_zones using (project_id)
),

cut as (select *, cast(zone_clock(1, invoked_at) as date) as day from reread)

select * from cut
where (invoked_at, time_basis, day) is distinct from (old_instant, old_basis, old_day);

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day from moved_rows
    union all
    select project_id, kind, skill_name, old_day from moved_rows
) as marked
anti join dirty_buckets using (project_id, kind, skill_name, day);

update skill_usage
set
    invoked_at = moved.invoked_at,
    time_basis = moved.time_basis,
    day = moved.day,
    week = cast(date_trunc('week', moved.day) as date),
    month = cast(date_trunc('month', moved.day) as date)
from moved_rows as moved
where skill_usage.rowid = moved.stored_row;

update agent_recommendations
set
    recommended_at = local_instant(place, local_time),
    time_basis = local_basis(place, local_time)
from project_zones
where
    project_zones.project_id = agent_recommendations.project_id
    and local_time is not null
    and recommended_at <> local_instant(place, local_time);

update workflow_executions
set
    created_at = coalesce(local_instant(place, created_local), created_at),
    updated_at = coalesce(local_instant(place, updated_local), updated_at),
    time_basis = coalesce(local_basis(place, created_local), time_basis)
from project_zones
where
    project_zones.project_id = workflow_executions.project_id
    and (created_local is not null or updated_local is not null);
