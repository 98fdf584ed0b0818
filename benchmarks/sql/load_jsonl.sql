-- The practical limit: DuckDB alone, given the schema.

create table loaded as
select *
from read_json(
    $files,
    format = 'newline_delimited',
    columns = {
        agent: 'varchar',
        timestamp: 'timestamptz',
        success: 'boolean',
        execution_time_s: 'double',
        quality_score: 'double',
        session_id: 'varchar',
        idempotency_key: 'varchar'
    },
    filename = true,
    maximum_sample_files = 1,
    maximum_depth = 1
)
