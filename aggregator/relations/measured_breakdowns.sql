-- The same as `stored_breakdowns`, computed from the rows since the watermark; by project unless
-- `q.together`.

create or replace temp macro measured_breakdowns(q) as table
with counted as not materialized (
    select * replace (if(q['together'], '*', project_id) as project_id)
    from asked(q)
    where day >= q['watermark']
)

select
    project_id,
    kind,
    skill_name,
    day,
    'path' as dimension,
    workflow_path as value,
    count(*) as times,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown
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
