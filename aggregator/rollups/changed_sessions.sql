-- The sessions whose days have to be recomputed: those that have a row, now or in what is stored, on a
-- day that is marked as changed. Only sessions with several days are stored.

create or replace temp table changed_days as
select distinct project_id, day from dirty_buckets;

create or replace temp table rows_of_days as
select
    project_id,
    kind,
    skill_name,
    session_id,
    day,
    count(*) as uses,
    min(source) as first_source,
    max(source) as last_source,
    count(source) as sourced
from invocations
semi join changed_days using (project_id, day)
-- Comparing days takes less time than a join.
where day >= $first_day and invoked_at <= cast($horizon as timestamptz)
group by project_id, kind, skill_name, session_id, day;

create or replace temp table changed_sessions as
select distinct project_id, kind, skill_name, session_id
from (
    select project_id, kind, skill_name, session_id
    from rows_of_days
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

-- The same and more, whatever they used: so that their rows are looked up once.
create or replace temp table changed_whole_sessions as
select distinct project_id, session_id
from (
    select project_id, session_id from rows_of_days where session_id is not null
    union all
    select project_id, session_id from recurring_sessions semi join changed_days using (project_id, day)
    union all
    select project_id, session_id from changed_sessions
);

create or replace temp table rows_of_sessions as
select distinct project_id, kind, skill_name, session_id, day
from invocations
semi join changed_whole_sessions using (project_id, session_id)
where invoked_at <= cast($horizon as timestamptz);
