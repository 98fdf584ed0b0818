-- A range of rows as lines of JSON for the bulk reader, in the order of its fields, and how many rows.
-- SQLite refuses bytes here. It reads a range faster than so many rows, which it would copy first.

select
    group_concat(
        json_array(
            id, skill_name, invoked_at, session_id, workflow_path, completed, duration_seconds,
            alternatives_considered, selection_rank, follow_up_actions, error_type,
            workflow_phase
        ),
        char(10)
    ) || char(10),
    count(*)
from skill_invocation
where id > $after and id <= $upto
