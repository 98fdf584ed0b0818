-- Workflow paths, errors and follow-up actions in the rows of each bucket.

insert into skill_breakdowns
with placed as not materialized (
    select
        * replace (if($overall, '*', project_id) as project_id)
    from rows_to_break_down($time_window, $overall, $since, $horizon)
)

select
    $time_window,
    window_start,
    project_id,
    kind,
    skill_name,
    'path',
    workflow_path,
    count(*),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome = 'unknown')
from placed
group by window_start, project_id, kind, skill_name, workflow_path

union all

select
    $time_window,
    window_start,
    project_id,
    kind,
    skill_name,
    'error',
    error_type,
    count(*),
    0,
    count(*),
    0,
    0
from placed
where error_type is not null and outcome = 'failure'
group by window_start, project_id, kind, skill_name, error_type

union all

select
    $time_window,
    window_start,
    project_id,
    kind,
    skill_name,
    'followup',
    action,
    count(*),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome = 'unknown')
from (
    select window_start, project_id, kind, skill_name, outcome, unnest(followup_names) as action
    from placed
)
group by window_start, project_id, kind, skill_name, action;
