-- A rebuild looks up the days of every session that lasted for more than one day: here those of one part
-- of the projects.

insert into changed_sessions
select project_id, kind, skill_name, session_id
from invocations
where
    session_id is not null
    and invoked_at <= cast($horizon as timestamptz)
    and project_id between $first_project and $last_project
group by project_id, kind, skill_name, session_id
having min(day) < max(day);
