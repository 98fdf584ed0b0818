-- The sessions whose days have to be recomputed: those that have a row, now or in what is stored, on a
-- day that is marked as changed. Only sessions with several days are stored.

create or replace temp table changed_sessions as
select distinct project_id, kind, skill_name, session_id
from (
    select project_id, kind, skill_name, session_id
    from invocations
    semi join dirty_buckets using (project_id, kind, skill_name, day)
    where session_id is not null
    union all
    select project_id, kind, skill_name, session_id
    from session_days
    semi join dirty_buckets using (project_id, kind, skill_name, day)
);

delete from session_days
using changed_sessions as changed
where
    session_days.project_id = changed.project_id
    and session_days.kind = changed.kind
    and session_days.skill_name = changed.skill_name
    and session_days.session_id = changed.session_id;
