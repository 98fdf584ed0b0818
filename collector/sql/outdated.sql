-- Projects that are not what they were when they were read, and why.

select
    assumed.project_id,
    case
        when project.project_id is null then 'gone'
        when assumed.is_active and not project.is_active then 'unregistered'
        when assumed.project_path <> project.project_path then 'moved'
        else 'rezoned'
    end as reason
from assumed_projects as assumed
left join projects as project using (project_id)
where
    project.project_id is null
    or (assumed.is_active and not project.is_active)
    or assumed.project_path <> project.project_path
    or assumed.timezone <> project.timezone;
