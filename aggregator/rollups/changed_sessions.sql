-- The days of those sessions of a name that were there on more than one: those whose days changed
-- are looked up anew. Days with marks say which, in the rows as they are and in what was stored.

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
