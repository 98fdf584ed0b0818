create table skill_usage (
    project_id varchar,
    skill_name varchar,
    invoked_at varchar,
    session_id varchar,
    occurrence integer,
    workflow_path varchar,
    completed boolean,
    duration_seconds double,
    follow_up_actions varchar,
    error_type varchar,
    alternatives varchar,
    selection_rank integer
)
