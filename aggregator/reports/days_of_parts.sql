-- The days with uses, for each project and kind and, if $by_source, for each source: a string with one
-- digit per day since $begin, 1 on a day with a use.

select
    project_id,
    kind,
    if($by_source, coalesce(source, ''), '') as part,
    cast(bitstring_agg(cast(day - cast($begin as date) as integer), 0, $last) as varchar)
from asked($q)
group by project_id, kind, part
