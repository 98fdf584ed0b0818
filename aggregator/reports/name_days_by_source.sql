-- The same from the rows, by project and source.

select
    project_id,
    coalesce(source, '') as tool,
    kind,
    if(list_contains($names, skill_name), skill_name, null) as name,
    cast(bitstring_agg(cast(day - cast($begin as date) as integer), 0, $last) as varchar)
from asked($q)
group by project_id, tool, kind, name
