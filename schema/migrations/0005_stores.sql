-- What databases and workflow engines tell beyond the JSON documents.

alter table skill_usage add column workflow_phase varchar;

create table workflow_executions (
    project_id varchar not null,
    workflow_id varchar not null,
    status varchar not null,
    repositories varchar[],
    created_at timestamptz not null,
    updated_at timestamptz,
    time_basis varchar not null,
    snapshot_at timestamptz not null,
    source_file_id bigint not null
);
