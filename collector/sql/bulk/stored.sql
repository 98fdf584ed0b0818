-- Chunks of a database's table of invocations as rows; see invocations.sql for what makes a chunk
-- irregular. A row was written once: whatever a document says of it is newer.

insert into staged by name
with lines as (
    select line.cells, chunk.*
    from read_json(
        $paths,
        format = 'newline_delimited',
        records = false,
        columns = {cells: 'varchar[]'},
        filename = 'chunk_path',
        maximum_object_size = 4194304,
        maximum_sample_files = 1
    ) as line
    inner join chunks as chunk on chunk.path = line.chunk_path
),

named as (
    select
        * exclude (cells),
        cells[2] as skill_name,
        cells[3] as invoked_at,
        cells[4] as session_id,
        cells[5] as workflow_path,
        cells[6] as completed,
        cells[7] as duration_seconds,
        cells[8] as alternatives,
        cells[9] as selection_rank,
        cells[10] as follow_ups,
        cells[11] as error_type,
        cells[12] as workflow_phase
    from lines
),

records as (
    select
        *,
        stored_list(alternatives) as alternatives_considered,
        stored_list(follow_ups) as follow_up_actions,
        wall_of(invoked_at) as wall
    from named
),

timed as (
    select
        *,
        number_of(duration_seconds) as duration_s,
        instant_of(invoked_at, zone_place, wall) as instant
    from records
)

select
    chunk_number,
    1 as occurrence,
    -- Rows keep the order of their file: a chunk's number, then the order of insertion.
    chunk_number * 4294967296 as position,
    coalesce(
        blank(skill_name)
        or not_surely_text(skill_name)
        or instant is null
        or instant > cast($horizon as timestamptz)
        or completed is null
        or completed not in ('1', '0')
        or no_number(duration_seconds, duration_s)
        or no_rank(selection_rank)
        or not_surely_text(session_id)
        or not_surely_text(workflow_path)
        or not_surely_text(error_type)
        or not_surely_text(workflow_phase)
        or alternatives_considered is null
        or follow_up_actions is null,
        true
    ) as irregular,
    coalesce(bare and duration_seconds = '0.01', false) as placeholder,
    completed = '0' and absent(duration_seconds) as unfinished,
    project_id,
    'skill' as kind,
    skill_name,
    instant as invoked_at,
    nullif(filled(session_id), 'migrated') as session_id,
    cast(null as varchar) as idempotency_key,
    case
        when completed = '1' then 'success'
        when filled(error_type) is not null then 'failure'
        else 'abandoned'
    end as outcome,
    if(
        bare and duration_seconds = '0.01', null, duration_s * 1000
    ) as duration_ms,
    len(follow_up_actions) as followup_actions,
    follow_up_actions as followup_names,
    cast(null as decimal(18, 6)) as quality_score,
    filled(workflow_path) as workflow_path,
    filled(error_type) as error_type,
    alternatives_considered,
    if(absent(selection_rank), null, try_cast(selection_rank as integer)) as selection_rank,
    basis_of(zone_place, wall) as time_basis,
    wall as local_time,
    timestamptz '1970-01-01 00:00:00+00' as snapshot_at,
    source_file_id,
    filled(workflow_phase) as workflow_phase
from timed
