, days as (
    select distinct if($by = 'project', project_id, '*') as scope, kind, skill_name, day from asked
)

select scope, kind, skill_name, count(*)
from days
group by scope, kind, skill_name
