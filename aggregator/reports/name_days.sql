-- On which days of the span some skills and agents were used, and on which anything was, by project
-- and kind. The days are a string with one digit for each day since $begin. The name is null for all
-- skills or agents that are not among $names, together.

select
    project_id,
    kind as tool,
    kind,
    if(list_contains($names, skill_name), skill_name, null) as name,
    cast(bitstring_agg(cast(period_start - cast($begin as date) as integer), 0, $last) as varchar)
from periods($q)
group by project_id, kind, name
