-- A rebuild looks up the days of every session that lasted for more than one day.

delete from session_days;

create or replace temp table changed_sessions as
select project_id, kind, skill_name, session_id
from invocations
where session_id is not null and invoked_at <= cast($horizon as timestamptz)
group by project_id, kind, skill_name, session_id
having min(day) < max(day);
