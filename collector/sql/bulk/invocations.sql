-- Chunks of skill documents as rows. A row that is not surely what its writer means by it makes its
-- chunk `irregular`, and the chunk is then read record by record.

insert into staged by name
with records as (
    select
        record.*,
        chunk.*,
        wall_of(record.invoked_at) as wall
    from read_json(
        $paths,
        format = 'array',
        columns = {
            skill_name: 'varchar',
            invoked_at: 'varchar',
            session_id: 'varchar',
            workflow_path: 'varchar',
            completed: 'json',
            duration_seconds: 'json',
            alternatives_considered: 'varchar[]',
            selection_rank: 'json',
            follow_up_actions: 'varchar[]',
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
        or completed not in ('true', 'false')
        or no_number(duration_seconds, duration_s)
        or no_rank(selection_rank)
        or not_surely_text(session_id)
        or not_surely_text(workflow_path)
        or not_surely_text(error_type)
        or not clean_texts(alternatives_considered)
        or not clean_texts(follow_up_actions),
        true
    ) as irregular,
    coalesce(bare and duration_seconds = '0.01', false) as placeholder,
    completed = 'false' and absent(duration_seconds) as unfinished,
    project_id,
    'skill' as kind,
    skill_name,
    instant as invoked_at,
    filled(session_id) as session_id,
    cast(null as varchar) as idempotency_key,
    case
        when completed = 'true' then 'success'
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
    snapshot_at,
    source_file_id
from timed
