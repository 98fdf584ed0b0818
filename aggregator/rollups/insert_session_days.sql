-- The days of each changed session that has several.

insert into session_days
select project_id, kind, skill_name, session_id, day
from invocations
semi join changed_sessions using (project_id, kind, skill_name, session_id)
where invoked_at <= cast($horizon as timestamptz)
group by project_id, kind, skill_name, session_id, day
qualify count(*) over (partition by project_id, kind, skill_name, session_id) > 1;
