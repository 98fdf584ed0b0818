-- All days of some projects: in a rebuild, and in the first refresh since there is this table.

create or replace temp table days_of_sessions as
select
    project_id,
    kind,
    day,
    session_id,
    count(*) as uses,
    min(source) as first_source,
    max(source) as last_source,
    count(source) as sourced
from invocations
where
    invoked_at <= cast($horizon as timestamptz)
    and project_id between $first_project and $last_project
group by project_id, kind, day, session_id;

insert into project_days
select
    project_id,
    kind,
    day,
    cast(sum(uses) as bigint),
    count(session_id),
    min(first_source),
    min(first_source) is not distinct from max(last_source) and sum(sourced) in (0, sum(uses))
from days_of_sessions
group by project_id, kind, day;

insert into recurring_sessions
select project_id, session_id, kind, day
from days_of_sessions
where session_id is not null
qualify count(*) over (partition by project_id, session_id) > 1;

drop table days_of_sessions;
