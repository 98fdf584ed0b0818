-- What is new in files that are known to begin as another project does: what they have in common may
-- go on, while the file has nothing of its own, or it was read from its start.

create or replace temp table compared_rows (
    source_file_id bigint,
    project_id varchar,
    other_id varchar,
    since timestamptz,
    is_new boolean,
    invoked_at timestamptz,
    key struct(
        kind varchar, skill_name varchar, invoked_at timestamptz, local_time timestamp,
        session_id varchar,
        idempotency_key varchar, occurrence integer
    ),
    state struct(
        outcome varchar, duration_ms decimal(18, 3), quality_score decimal(18, 6),
        error_type varchar, workflow_path varchar, followup_actions integer
    )
);

create or replace temp table known_runs as
select
    runs.source_file_id, runs.project_id, runs.other_id, runs.until,
    runs.source_file_id in (select source_file_id from read_openings) as is_whole
from shared_runs as runs
semi join staged_files using (source_file_id);

insert into compared_rows
select
    staged.source_file_id, staged.project_id, known_runs.other_id,
    if(known_runs.is_whole, timestamptz '-infinity', known_runs.until),
    false,
    staged.invoked_at,
    shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ),
    (outcome, duration_ms, quality_score, error_type, workflow_path, followup_actions)
from staged
inner join known_runs using (source_file_id)
where
    known_runs.is_whole
    or (
        staged.invoked_at > known_runs.until
        and not exists (
            from skill_usage as own
            where
                own.source_file_id = known_runs.source_file_id
                and own.project_id = known_runs.project_id
                and own.invoked_at > known_runs.until
        )
    );
