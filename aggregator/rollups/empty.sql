-- A rebuild begins with no bucket at all.

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
