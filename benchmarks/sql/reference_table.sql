-- The usual table, plus what makes it correct: an occurrence number for equal records, and no null
-- in the key.

create table if not exists skill_usage (
    project_id varchar not null,
    skill_name varchar not null,
    invoked_at varchar not null,
    session_id varchar not null,
    occurrence integer not null,
    workflow_path varchar,
    completed boolean,
    duration_seconds double,
    follow_up_actions varchar,
    error_type varchar,
    alternatives varchar,
    selection_rank integer,
    primary key (project_id, skill_name, invoked_at, session_id, occurrence)
)
