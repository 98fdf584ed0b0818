-- A rebuild begins by deleting all buckets.

delete from skill_aggregates;

delete from skill_breakdowns;

delete from session_days;

create or replace temp table changed_sessions (
    project_id varchar,
    kind varchar,
    skill_name varchar,
    session_id varchar
);

create or replace temp table stale (
    time_window varchar,
    window_start date,
    project_id varchar,
    kind varchar,
    skill_name varchar,
    overall boolean
);
