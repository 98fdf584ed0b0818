-- Rows of each week, the newest first.

select week, count(*) as rows
from team_counters
group by week
order by week desc;
