-- Errors of failures, by group, kind and name, most frequent first.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    value,
    cast(sum(times) as bigint) as times
from breakdowns($q)
where dimension = 'error'
group by scope, kind, skill_name, value
order by times desc, value
