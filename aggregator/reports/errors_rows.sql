, errors as (
    select if($by = 'project', project_id, '*') as scope, kind, skill_name, error_type
    from asked
    where outcome = 'failure' and error_type is not null
)

select scope, kind, skill_name, error_type, count(*) as times
from errors
group by scope, kind, skill_name, error_type
order by times desc, error_type
