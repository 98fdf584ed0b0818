-- Chunks of execution files as rows; see invocations.sql for what makes a chunk irregular.

insert into staged by name
with records as (
    select
        record.* exclude (agent),
        record.agent as named_agent,
        chunk.*,
        wall_of(record.timestamp) as wall
    from read_json(
        $paths,
        format = 'newline_delimited',
        columns = {
            agent: 'varchar',
            timestamp: 'varchar',
            success: 'json',
            session_id: 'varchar',
            idempotency_key: 'varchar',
            execution_time_s: 'json',
            quality_score: 'json',
            error_type: 'varchar'
        },
        filename = 'chunk_path',
        maximum_object_size = 4194304,
        maximum_sample_files = 1,
        maximum_depth = 1
    ) as record
    inner join chunks as chunk on chunk.path = record.chunk_path
),

timed as (
    select
        *,
        number_of(execution_time_s) as execution_s,
        number_of(quality_score) as quality,
        instant_of(timestamp, zone_place, wall) as instant
    from records
)

select
    chunk_number,
    1 as occurrence,
    -- Rows keep the order of their file: a chunk's number, then the order of insertion.
    chunk_number * 4294967296 as position,
    coalesce(
        success is null
        or success not in ('true', 'false')
        or blank(named_agent)
        or not_surely_text(named_agent)
        or instant is null
        or instant > cast($horizon as timestamptz)
        or no_number(execution_time_s, execution_s)
        or no_number(quality_score, quality)
        or not_surely_text(session_id)
        or not_surely_text(idempotency_key)
        or not_surely_text(error_type),
        true
    ) as irregular,
    false as placeholder,
    false as unfinished,
    project_id,
    'agent' as kind,
    named_agent as skill_name,
    instant as invoked_at,
    filled(session_id) as session_id,
    filled(idempotency_key) as idempotency_key,
    if(success = 'true', 'success', 'failure') as outcome,
    execution_s * 1000 as duration_ms,
    cast(null as integer) as followup_actions,
    cast(null as varchar[]) as followup_names,
    quality as quality_score,
    cast(null as varchar) as workflow_path,
    filled(error_type) as error_type,
    cast(null as varchar[]) as alternatives_considered,
    cast(null as integer) as selection_rank,
    basis_of(zone_place, wall) as time_basis,
    wall as local_time,
    snapshot_at,
    source_file_id
from timed
