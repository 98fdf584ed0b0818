-- A row's local time as Python had read it and as DuckDB had. A small file was read by Python, a large
-- one by DuckDB.

create or replace temp table both_readings as
select
    unfilled.*,
    make_timestamp(epoch_us(invoked_at) + system_offsets.utc_offset) as by_python,
    make_timestamp(
        epoch_us(invoked_at)
        + case
            when is_known
                then epoch_us(timezone(unfilled.zone, offset_at)) - epoch_us(offset_at)
        end
    ) as by_duckdb,
    coalesce(source_files.size_bytes, 0) >= 131072 as is_large,
    by_python is distinct from by_duckdb as is_open
from unfilled
left join system_offsets
    on system_offsets.zone = unfilled.zone
    and system_offsets.quarter = epoch_us(offset_at) // 900000000
left join source_files using (source_file_id);

-- What Python read once and DuckDB once. Of the two the newer state stays.
create or replace temp table doubled as
select
    if(python.snapshot_at > duckdb.snapshot_at, duckdb.stored_row, python.stored_row) as stored_row,
    if(python.snapshot_at > duckdb.snapshot_at, python.stored_row, duckdb.stored_row) as kept_row,
    python.project_id,
    python.by_python as local_time
from both_readings as python
inner join both_readings as duckdb
    on duckdb.by_duckdb = python.by_python
    and duckdb.stored_row <> python.stored_row
    and duckdb.project_id = python.project_id
    and duckdb.kind = python.kind
    and duckdb.skill_name = python.skill_name
    and duckdb.occurrence = python.occurrence
    and duckdb.session_id is not distinct from python.session_id
    and duckdb.state = python.state
where
    python.is_open
    and duckdb.is_open
    and python.idempotency_key is null
    and duckdb.idempotency_key is null;

update skill_usage
set local_time = if(
    is_open and is_large, coalesce(by_duckdb, by_python), coalesce(by_python, by_duckdb)
)
from both_readings
where skill_usage.rowid = both_readings.stored_row;

update skill_usage
set local_time = doubled.local_time
from doubled
where skill_usage.rowid = doubled.kept_row;

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day
    from both_readings
    where stored_row in (select stored_row from doubled)
) as marked
anti join dirty_buckets using (project_id, kind, skill_name, day);

delete from skill_usage where rowid in (select stored_row from doubled);

-- The runs that stored them recorded both as inserted.
insert into settings
select 'rows_made_one', cast(json_group_object(project_id, number) as varchar)
from (select project_id, count(distinct stored_row) as number from doubled group by project_id)
having count(*) > 0;

-- What is uncertain is read from the files again, where they still hold it.
update source_files
set fingerprint = '', checkpoint = '{}'
where source_file_id in (select source_file_id from both_readings where is_open);

update agent_recommendations
set local_time = make_timestamp(epoch_us(recommended_at) + utc_offset)
from system_offsets, projects
where
    projects.project_id = agent_recommendations.project_id
    and system_offsets.zone = projects.timezone
    and system_offsets.quarter = epoch_us(recommended_at) // 900000000
    and time_basis <> 'offset';

update workflow_executions
set created_local = make_timestamp(epoch_us(created_at) + utc_offset)
from system_offsets, projects
where
    projects.project_id = workflow_executions.project_id
    and system_offsets.zone = projects.timezone
    and system_offsets.quarter = epoch_us(created_at) // 900000000
    and time_basis <> 'offset';

update workflow_executions
set updated_local = make_timestamp(epoch_us(updated_at) + utc_offset)
from system_offsets, projects
where
    projects.project_id = workflow_executions.project_id
    and system_offsets.zone = projects.timezone
    and system_offsets.quarter = epoch_us(updated_at) // 900000000
    and time_basis <> 'offset';
