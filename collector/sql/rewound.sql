-- Projects of files that are not what they were when they were read. One that was read on from a
-- checkpoint adds to the rows before it: those must still be the ones that are stored.

select distinct staged.project_id
from staged_files as staged
left join source_files as stored using (source_file_id)
where
    staged.base is not null
    and cast(stored.checkpoint as varchar) is distinct from staged.base;
