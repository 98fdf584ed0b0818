-- From when to when each name was used, on how many days, and how often.

select
    kind,
    skill_name,
    min(period_start),
    max(period_start),
    count(distinct period_start),
    cast(sum(invocations) as bigint)
from periods($q)
group by kind, skill_name
