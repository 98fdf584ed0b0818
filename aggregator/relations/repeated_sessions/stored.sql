-- How often sessions were counted on more than one day, by project, kind and name: the distinct
-- sessions of a span are the sum over its days minus these. Nothing stored is stale.

create or replace temp macro repeated_sessions(q) as table
select project_id, kind, skill_name, cast(sum(days - 1) as bigint) as times
from (
    select project_id, kind, skill_name, count(*) as days
    from session_days
    where
        (q['since'] is null or day >= q['since'])
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
    group by project_id, kind, skill_name, session_id
)
group by project_id, kind, skill_name;
