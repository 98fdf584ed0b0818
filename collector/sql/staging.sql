-- The staging tables of a batch, created again for each; the table staged is in schema/columns.py.

create or replace temp table staged_recommendations (
    project_id varchar,
    agent varchar,
    recommended_at timestamptz,
    occurrence integer,
    time_basis varchar,
    local_time timestamp,
    metrics_count bigint,
    recommendations varchar,
    source_file_id bigint
);

create or replace temp table staged_workflows (
    project_id varchar,
    workflow_id varchar,
    status varchar,
    repositories varchar[],
    created_at timestamptz,
    updated_at timestamptz,
    time_basis varchar,
    created_local timestamp,
    updated_local timestamp,
    snapshot_at timestamptz,
    source_file_id bigint
);

create or replace temp table staged_experiments (
    project_id varchar,
    experiment varchar,
    control varchar,
    treatment varchar,
    share double,
    least_outcomes bigint,
    began_on date,
    ended_on date,
    arms varchar,
    source_file_id bigint
);

create or replace temp table staged_rejects (
    project_id varchar,
    source_file_id bigint,
    position bigint,
    reason varchar
);

create or replace temp table staged_retractions (
    source_file_id bigint,
    kind varchar,
    skill_name varchar,
    invoked_at varchar,
    session_id varchar,
    idempotency_key varchar
);

create or replace temp table staged_files (
    source_file_id bigint,
    project_id varchar,
    source varchar,
    path varchar,
    state varchar,
    detail varchar,
    shape varchar,
    fingerprint varchar,
    checkpoint varchar,
    base varchar,
    size_bytes bigint,
    whole boolean,
    was_read boolean,
    records bigint,
    rejected bigint,
    ignored bigint,
    findings varchar,
    writer_totals varchar,
    read_totals varchar
);

-- Staged rows that are stored already, under another key.
create or replace temp table rekeyed_rows (staged_row bigint);

-- The projects as they were when their files were read; a change since then repeats the batch.
create or replace temp table assumed_projects (
    project_id varchar,
    project_path varchar,
    timezone varchar,
    is_active boolean
);
