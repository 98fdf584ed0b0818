-- The days of each changed session that has several.

insert into session_days
select project_id, kind, skill_name, session_id, day
from rows_of_sessions
semi join changed_sessions using (project_id, kind, skill_name, session_id)
qualify count(*) over (partition by project_id, kind, skill_name, session_id) > 1;
