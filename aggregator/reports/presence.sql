-- The first and last day of use of each skill and agent, its days with uses, and its uses.

select
    kind,
    skill_name,
    min(period_start),
    max(period_start),
    count(distinct period_start),
    cast(sum(invocations) as bigint)
from periods($q)
group by kind, skill_name
