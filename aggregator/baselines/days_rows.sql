, days as (
    select distinct if($by = 'project', project_id, '*') as scope, kind, skill_name, day from asked
)

select scope, kind, skill_name, bitstring_agg(day - cast($since as date), 0, $last)
from days
group by scope, kind, skill_name
