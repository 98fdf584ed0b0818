-- On which days of the span anything was used in each project, by kind and, where $by_source, by source: a
-- string with one digit for each day since $begin, 1 where there was a use.

select
    project_id,
    kind,
    if($by_source, coalesce(source, ''), '') as part,
    cast(bitstring_agg(cast(day - cast($begin as date) as integer), 0, $last) as varchar)
from asked($q)
group by project_id, kind, part
