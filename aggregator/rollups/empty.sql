-- A rebuild begins by deleting all buckets.

delete from skill_aggregates;

delete from skill_breakdowns;

delete from session_days;

delete from project_days;

delete from recurring_sessions;

create or replace temp table stale (
    time_window varchar,
    window_start date,
    project_id varchar,
    kind varchar,
    skill_name varchar,
    overall boolean
);
