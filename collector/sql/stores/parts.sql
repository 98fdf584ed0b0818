-- Rows as lines of JSON for the bulk reader, in the order of its fields. SQLite refuses bytes here.

select
    group_concat(
        json_array(
            id, skill_name, invoked_at, session_id, workflow_path, completed, duration_seconds,
            alternatives_considered, selection_rank, follow_up_actions, error_type
        ),
        char(10)
    ) || char(10),
    max(id),
    count(*)
from (
    select
        id, skill_name, invoked_at, session_id, workflow_path, completed, duration_seconds,
        alternatives_considered, selection_rank, follow_up_actions, error_type
    from skill_invocation
    where id > $after
    order by id
    limit $rows
)
