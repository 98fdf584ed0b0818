-- The days of each project that are marked as changed, and all days of the sessions that are in them.

delete from project_days
using changed_days as changed
where project_days.project_id = changed.project_id and project_days.day = changed.day;

insert into project_days
select
    project_id,
    kind,
    day,
    cast(sum(uses) as bigint),
    count(distinct session_id),
    min(first_source),
    min(first_source) is not distinct from max(last_source) and sum(sourced) in (0, sum(uses))
from rows_of_days
group by project_id, kind, day;

delete from recurring_sessions
using changed_whole_sessions as changed
where
    recurring_sessions.project_id = changed.project_id
    and recurring_sessions.session_id = changed.session_id;

insert into recurring_sessions
select project_id, session_id, kind, day
from (select distinct project_id, session_id, kind, day from rows_of_sessions)
qualify count(*) over (partition by project_id, session_id) > 1;
