-- By 'name' all projects are one scope, by 'project' each is, by 'type' those of one type are.

, scopes as (
    select
        project_id,
        case $by
            when 'project' then project_id
            when 'type' then coalesce(project_type, '')
            else '*'
        end as scope
    from projects
)

