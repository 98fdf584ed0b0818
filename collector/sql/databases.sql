select 1
from (
    select source from staged_files
    union all
    select source from source_files
) as files
where source = 'skills_db'
limit 1
