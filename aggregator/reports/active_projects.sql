-- The first day of anything recorded, and how many projects recorded anything since a day.

select
    min(period_start),
    count(distinct project_id) filter (period_start >= $day)
from periods($q)
