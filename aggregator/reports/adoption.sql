-- In which weeks since its first use, on $first_day (0 is the first), each project used a skill or an agent.

select distinct
    project_id,
    (period_start - cast($first_day as date)) // 7 as week
from periods($q)
