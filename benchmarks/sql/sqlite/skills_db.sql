create table skill_invocation (
    id integer primary key autoincrement,
    skill_name text not null,
    invoked_at text not null,
    session_id text not null,
    workflow_path text,
    completed boolean not null default 0,
    duration_seconds real,
    user_query text,
    alternatives_considered text,
    selection_rank integer,
    follow_up_actions text,
    error_type text,
    created_at text not null default (datetime('now')),
    workflow_phase text
)
