-- The quarters of hours of all times that were stored without what their files say. In a skipped hour
-- the offset of the day before counted.

create or replace temp table unfilled as
select
    skill_usage.rowid as stored_row,
    project_id,
    kind,
    skill_name,
    session_id,
    idempotency_key,
    occurrence,
    invoked_at,
    day,
    timezone as zone,
    invoked_at - if(time_basis = 'local_gap', interval 1 day, interval 0 day) as offset_at,
    hash(
        outcome, duration_ms, followup_names, quality_score, workflow_path, error_type,
        alternatives_considered, selection_rank
    ) as state,
    snapshot_at,
    source_file_id,
    timezone in (select name from pg_timezone_names()) as is_known
from skill_usage
inner join projects using (project_id)
where time_basis <> 'offset' and local_time is null;

create or replace temp table unfilled_others as
select distinct agent_recommendations.project_id, timezone as zone, recommended_at as instant
from agent_recommendations
inner join projects using (project_id)
where time_basis <> 'offset'
union
select distinct project_id, timezone, unnest([created_at, updated_at])
from workflow_executions
inner join projects using (project_id)
where time_basis <> 'offset';

create or replace temp table system_offsets (zone varchar, quarter bigint, utc_offset bigint);

create or replace temp view asked_quarters as
select zone, epoch_us(offset_at) // 900000000 as quarter from unfilled
union
select zone, epoch_us(instant) // 900000000 from unfilled_others where instant is not null;
