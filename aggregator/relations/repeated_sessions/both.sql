-- How often sessions were counted on more than one day, by project, kind and name: the distinct
-- sessions of a span are the sum over its days minus these.
-- Stored for sessions without a row since the watermark, of days before it: rows may also have left
-- for another project since. The days of the others come from the rows.

create or replace temp macro repeated_sessions(q) as table
with recent as (
    select distinct project_id, kind, skill_name, session_id
    from asked(q)
    where day >= q['watermark'] and session_id is not null
),

session_of_day as (
    select project_id, kind, skill_name, session_id, day
    from session_days
    anti join recent using (project_id, kind, skill_name, session_id)
    where
        day < q['watermark']
        and (q['since'] is null or day >= q['since'])
        and (q['until'] is null or day <= q['until'])
        and (q['kind'] = 'all' or kind = q['kind'])
        and (q['name'] is null or skill_name = q['name'])
        and (
            q['projects'] is null
            or (
                project_id between q['first_project'] and q['last_project']
                and list_contains(q['projects'], project_id)
            )
        )
    union all
    select distinct project_id, kind, skill_name, session_id, day
    from asked(q)
    semi join recent using (project_id, kind, skill_name, session_id)
)

select project_id, kind, skill_name, cast(sum(days - 1) as bigint) as times
from (
    select project_id, kind, skill_name, count(*) as days
    from session_of_day
    group by project_id, kind, skill_name, session_id
)
group by project_id, kind, skill_name;
