-- In which weeks since its first use (0 is the first) each project used a skill or an agent.

with days as (
    select
        project_id,
        period_start as day,
        min(period_start) over () as first_day
    from periods($q)
)
select distinct
    first_day,
    project_id,
    (day - first_day) // 7 as week
from days
