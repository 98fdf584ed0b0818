-- A rebuild begins by deleting all buckets.

delete from skill_aggregates;

delete from skill_breakdowns;

create or replace temp table stale (
    time_window varchar,
    window_start date,
    project_id varchar,
    kind varchar,
    skill_name varchar,
    overall boolean
);
