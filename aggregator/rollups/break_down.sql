-- The rows of each bucket by workflow path, by error and by follow-up action.

, broken_down as (
    select
        $time_window as time_window,
        window_start,
        if($overall, '*', project_id) as project_id,
        kind,
        skill_name,
        'path' as dimension,
        workflow_path as value,
        count(*) as times,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown
    from placed
    group by window_start, if($overall, '*', project_id), kind, skill_name, workflow_path

    union all

    select
        $time_window,
        window_start,
        if($overall, '*', project_id) as project_id,
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
    group by window_start, if($overall, '*', project_id), kind, skill_name, error_type

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
        select
            window_start,
            if($overall, '*', project_id) as project_id,
            kind,
            skill_name,
            outcome,
            unnest(followup_names) as action
        from placed
    )
    group by window_start, project_id, kind, skill_name, action
)
