-- The first and the last use in each project, by kind, in microseconds since 1970.

select
    project_id,
    kind,
    epoch_us(min(first_used)),
    epoch_us(max(last_used))
from periods($q)
group by project_id, kind
