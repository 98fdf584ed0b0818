-- Every row that the pieces of the transcripts amount to. Times are microseconds since 1970.

create or replace temp table transcript_rows (
    idempotency_key varchar,
    source varchar,
    project_id varchar,
    kind varchar,
    skill_name varchar,
    trigger varchar,
    invoked_us bigint,
    session_id varchar,
    outcome varchar,
    error_type varchar,
    duration_ms bigint,
    evidence_us bigint,
    input_tokens bigint,
    output_tokens bigint,
    cache_tokens bigint,
    total_tokens bigint
)
