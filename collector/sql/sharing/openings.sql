-- The first times of every file that was read from its start, and those files that begin otherwise than
-- when they were last read: only they can be copies that are not known yet.

create or replace temp table read_openings as
select files.source_file_id, files.project_id, rows_of.opening
from staged_files as files
inner join (
    select source_file_id, min(invoked_at, 16) as opening, count(*) as row_count
    from staged
    group by source_file_id
) as rows_of using (source_file_id)
left join (
    select source_file_id, count(*) as row_count
    from staged_recommendations
    group by source_file_id
) as advice using (source_file_id)
where
    files.was_read and files.whole
    and rows_of.row_count + coalesce(advice.row_count, 0) >= files.records;

create or replace temp table new_openings as
select read_openings.*
from read_openings
left join source_files as known using (source_file_id)
where known.opening is distinct from read_openings.opening;
