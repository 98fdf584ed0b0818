-- The practical limit: DuckDB alone, given the schema and only the fields that the collector stores.
-- Without the two maxima it would scan every document twice more.

create table loaded as
select
    filename,
    record.skill_name,
    record.invoked_at,
    record.session_id,
    record.workflow_path,
    record.completed,
    record.duration_seconds,
    record.alternatives_considered,
    record.selection_rank,
    record.follow_up_actions,
    record.error_type
from (
    select filename, unnest(invocations) as record
    from read_json(
        $files,
        columns = {
            invocations: 'struct(
                skill_name varchar,
                invoked_at timestamptz,
                session_id varchar,
                workflow_path varchar,
                completed boolean,
                duration_seconds double,
                alternatives_considered varchar[],
                selection_rank integer,
                follow_up_actions varchar[],
                error_type varchar
            )[]'
        },
        filename = true,
        maximum_object_size = $largest,
        maximum_sample_files = 1,
        maximum_depth = 1
    )
)
