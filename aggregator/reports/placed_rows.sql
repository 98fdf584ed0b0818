-- Grouped by $by: 'name' over all projects asked for, 'project' for each, 'type' for each type.

, placed as (
    select
        'rows' as time_window,
        date '1970-01-01' as window_start,
        case $by
            when 'project' then asked.project_id
            when 'type' then coalesce(projects.project_type, '')
            else '*'
        end as project_id,
        asked.* exclude (project_id),
        asked.project_id as of_project
    from asked
    inner join projects on projects.project_id = asked.project_id
)
