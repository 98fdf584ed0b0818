-- What identifies a row whose file says no offset is its local time, not what a zone makes of it.
-- What these columns hold of old rows is filled in by schema/local_times.py.

alter table skill_usage add column local_time timestamp;

alter table agent_recommendations add column local_time timestamp;

alter table workflow_executions add column created_local timestamp;

alter table workflow_executions add column updated_local timestamp;

-- Zones are called by their own names: the system's folders are no part of them.
update projects set timezone = regexp_replace(timezone, '^(posix|right)/', '')
where regexp_matches(timezone, '^(posix|right)/');

update settings set value = regexp_replace(value, '^(posix|right)/', '')
where key = 'timezone' and regexp_matches(value, '^(posix|right)/');
