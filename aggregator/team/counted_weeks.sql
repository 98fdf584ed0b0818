-- Rows of each week, the newest first, with the uses of its largest row and those of all of them.

select
    week,
    count(*) as rows,
    max(uses) as most,
    cast(sum(uses) as bigint) as uses
from team_counters
group by week
order by week desc;
