-- On which days of the span anything was used, by project and kind: a string with one digit for each
-- day since $begin, 1 where there was a use.

select
    project_id,
    kind,
    cast(bitstring_agg(cast(period_start - cast($begin as date) as integer), 0, $last) as varchar)
from periods($q)
group by project_id, kind
