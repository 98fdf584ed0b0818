-- Named snapshots of how everything was, to compare with later.

create table baselines (
    name varchar primary key,
    created_at timestamptz not null,
    timezone varchar not null,
    since date not null,
    until date not null,
    projects varchar[] not null
);

create table baseline_counts (
    baseline varchar not null,
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    days_used bit not null,
    invocations bigint not null,
    successes bigint not null,
    failures bigint not null,
    abandoned bigint not null,
    unknown bigint not null,
    duration_count bigint not null,
    duration_sum_ms decimal(38, 3) not null,
    p50_duration_ms double
);
