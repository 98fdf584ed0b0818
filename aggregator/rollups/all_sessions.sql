-- A rebuild looks up the rows of all sessions of several days, which are among the recurring ones.

create or replace temp table rows_of_sessions as
select distinct project_id, kind, skill_name, session_id, day
from invocations
semi join recurring_sessions using (project_id, session_id)
where invoked_at <= cast($horizon as timestamptz);

create or replace temp table changed_sessions as
select distinct project_id, kind, skill_name, session_id from rows_of_sessions;
