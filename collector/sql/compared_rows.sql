-- How many staged rows are of files that were read before.

select count(*)
from staged
where source_file_id in (select source_file_id from staged_files where base is not null)
