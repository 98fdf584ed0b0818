-- How often workflow paths, errors of failures and follow-up actions were recorded on each day, by
-- project (or '*' where `q.together`), kind and name. Days are stored for all active projects
-- together only: of a project, and since the watermark, they are counted in the rows.

create or replace temp macro breakdowns(q) as table
with counted as not materialized (
    select * replace (if(q['together'], '*', project_id) as project_id)
    from asked(q)
    where not q['together'] or day >= q['watermark']
)

select
    project_id,
    kind,
    skill_name,
    window_start as day,
    dimension,
    value,
    times,
    successes,
    failures,
    abandoned,
    unknown
from skill_breakdowns
where
    q['together']
    and time_window = 'daily'
    and project_id = '*'
    and window_start < q['watermark']
    and (q['since'] is null or window_start >= q['since'])
    and (q['until'] is null or window_start <= q['until'])
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])

union all

select
    project_id,
    kind,
    skill_name,
    day,
    'path',
    workflow_path,
    count(*),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome = 'unknown')
from counted
group by project_id, kind, skill_name, day, workflow_path

union all

select project_id, kind, skill_name, day, 'error', error_type, count(*), 0, count(*), 0, 0
from counted
where error_type is not null and outcome = 'failure'
group by project_id, kind, skill_name, day, error_type

union all

select
    project_id,
    kind,
    skill_name,
    day,
    'followup',
    action,
    count(*),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome = 'unknown')
from (
    select project_id, kind, skill_name, day, outcome, unnest(followup_names) as action
    from counted
)
group by project_id, kind, skill_name, day, action;
