-- Projects that are not what they were when they were read, and why. A file that was read on from a
-- checkpoint adds to the rows before it: those must still be the ones that are stored.

select
    assumed.project_id,
    case
        when project.project_id is null then 'gone'
        when assumed.is_active and not project.is_active then 'unregistered'
        when assumed.project_path <> project.project_path then 'moved'
        when assumed.timezone <> project.timezone then 'rezoned'
        else 'rewound'
    end as reason
from assumed_projects as assumed
left join projects as project using (project_id)
where
    project.project_id is null
    or (assumed.is_active and not project.is_active)
    or assumed.project_path <> project.project_path
    or assumed.timezone <> project.timezone
    or assumed.project_id in (
        select staged.project_id
        from staged_files as staged
        left join source_files as stored using (source_file_id)
        where
            staged.base is not null
            and cast(stored.checkpoint as varchar) is distinct from staged.base
    );
