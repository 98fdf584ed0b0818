insert into skill_usage
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (project_id, skill_name, invoked_at, session_id, occurrence) do update
set
    workflow_path = excluded.workflow_path,
    completed = excluded.completed,
    duration_seconds = excluded.duration_seconds,
    follow_up_actions = excluded.follow_up_actions,
    error_type = excluded.error_type,
    alternatives = excluded.alternatives,
    selection_rank = excluded.selection_rank
