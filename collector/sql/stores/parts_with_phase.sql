-- Rows as text that the bulk reader takes: what is no JSON (bytes, a list that is none) becomes a
-- number, which no reader takes for a text or a list. An empty list is stored as null.

select
    json_group_array(
        json_object(
            'id', id,
            'skill_name', iif(typeof(skill_name) = 'blob', 0, skill_name),
            'invoked_at', iif(typeof(invoked_at) = 'blob', 0, invoked_at),
            'session_id', iif(typeof(session_id) = 'blob', 0, session_id),
            'workflow_path', iif(typeof(workflow_path) = 'blob', 0, workflow_path),
            'completed', iif(typeof(completed) = 'blob', 0.5, completed),
            'duration_seconds', iif(typeof(duration_seconds) = 'blob', 'bytes', duration_seconds),
            'alternatives_considered', case
                when alternatives_considered is null then json('[]')
                when typeof(alternatives_considered) <> 'text' then 0
                when json_valid(alternatives_considered) then json(alternatives_considered)
                else 0
            end,
            'selection_rank', iif(typeof(selection_rank) = 'blob', 'bytes', selection_rank),
            'follow_up_actions', case
                when follow_up_actions is null then json('[]')
                when typeof(follow_up_actions) <> 'text' then 0
                when json_valid(follow_up_actions) then json(follow_up_actions)
                else 0
            end,
            'error_type', iif(typeof(error_type) = 'blob', 0, error_type),
            'workflow_phase', iif(typeof(workflow_phase) = 'blob', 0, workflow_phase),
            'created_at', iif(typeof(created_at) = 'blob', 0, created_at)
        )
    ),
    max(id),
    count(*)
from (
    select * from skill_invocation where id > $after order by id limit $rows
)
