-- The first schema: registry, facts, checkpoints, ledger, marks and rollups.

create table settings (
    key varchar primary key,
    value varchar not null
);

create table projects (
    project_id varchar primary key,
    project_path varchar not null unique,
    project_name varchar not null,
    project_type varchar,
    timezone varchar not null,
    metadata json not null,
    repository varchar,
    is_worktree boolean not null,
    registered_at timestamptz not null,
    last_sync_at timestamptz,
    is_active boolean not null
);

create table skill_usage (
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    invoked_at timestamptz not null,
    session_id varchar,
    idempotency_key varchar,
    occurrence integer not null,
    outcome varchar not null,
    duration_ms decimal(18, 3),
    followup_actions integer,
    followup_names varchar[],
    quality_score decimal(18, 6),
    workflow_path varchar,
    error_type varchar,
    alternatives_considered varchar[],
    selection_rank integer,
    time_basis varchar not null,
    snapshot_at timestamptz not null,
    source_file_id bigint not null,
    collect_run_id bigint not null,
    day date not null,
    week date not null,
    month date not null
);

create table source_files (
    source_file_id bigint primary key,
    project_id varchar not null,
    source varchar not null,
    path varchar not null,
    state varchar not null,
    detail varchar,
    shape varchar,
    fingerprint varchar not null,
    checkpoint json not null,
    size_bytes bigint not null,
    records bigint not null,
    rejected bigint not null,
    ignored bigint not null,
    findings json not null,
    writer_totals json,
    read_totals json not null,
    first_seen_at timestamptz not null,
    last_read_at timestamptz not null
);

create table rejected_records (
    project_id varchar not null,
    source_file_id bigint not null,
    position bigint not null,
    reason varchar not null,
    rejected_at timestamptz not null
);

create table collect_runs (
    collect_run_id bigint primary key,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    outcome varchar not null,
    projects json not null
);

create table agent_recommendations (
    project_id varchar not null,
    agent varchar not null,
    recommended_at timestamptz not null,
    occurrence integer not null,
    time_basis varchar not null,
    metrics_count bigint,
    recommendations json not null,
    source_file_id bigint not null
);

create table dirty_buckets (
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    day date not null
);

create table skill_aggregates (
    time_window varchar not null,
    window_start date not null,
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    invocations bigint not null,
    successes bigint not null,
    failures bigint not null,
    abandoned bigint not null,
    unknown bigint not null,
    duration_count bigint not null,
    duration_sum_ms decimal(38, 3) not null,
    p50_duration_ms double,
    p95_duration_ms double,
    quality_count bigint not null,
    quality_sum decimal(38, 6) not null,
    followup_count bigint not null,
    followup_sum bigint not null,
    sessions bigint not null,
    projects bigint not null,
    first_used timestamptz not null,
    last_used timestamptz not null
);

-- The rollups under the names people know, with every derived number derived once.
create view skill_statistics as
select
    time_window,
    window_start,
    project_id,
    kind,
    skill_name,
    invocations as total_invocations,
    successes as successful_completions,
    failures,
    abandoned,
    unknown,
    successes / nullif(successes + failures + abandoned, 0) as success_rate,
    cast(duration_sum_ms as double) / nullif(duration_count, 0) as avg_duration_ms,
    p50_duration_ms,
    p95_duration_ms,
    cast(quality_sum as double) / nullif(quality_count, 0) as avg_quality_score,
    followup_sum / nullif(followup_count, 0) as avg_followup_actions,
    sessions,
    projects,
    first_used,
    last_used
from skill_aggregates;
