-- The names of files that had more than one text.

select distinct name
from skill_files
qualify count(*) over (partition by project_id, path) > 1
