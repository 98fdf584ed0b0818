-- What stays of rows whose age has run out: enough for every answer, and no use on its own.

create table archived_days (
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    day date not null,
    successes bigint not null,
    failures bigint not null,
    abandoned bigint not null,
    unknown bigint not null,
    durations_ms decimal(18, 3)[],
    quality_scores decimal(18, 6)[],
    followup_count bigint not null,
    followup_sum bigint not null,
    session_ids varchar[],
    workflow_paths varchar[],
    error_types varchar[],
    followup_names varchar[][],
    first_used timestamptz not null,
    last_used timestamptz not null
);

-- Of which days a project has no rows any more, and up to which moment its uses were known then: what
-- its files tell of that time was counted already.
create table archived_projects (
    project_id varchar primary key,
    rows_since date not null,
    known_until timestamptz not null,
    archived_at timestamptz not null
);
