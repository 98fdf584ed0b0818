-- The first and last day of use of each skill and agent, its days with uses, and its uses. Days are
-- put together first: counting distinct ones takes twice as long.

with days as (
    select
        kind,
        skill_name,
        period_start,
        sum(invocations) as uses
    from periods($q)
    group by kind, skill_name, period_start
)

select
    kind,
    skill_name,
    min(period_start),
    max(period_start),
    count(*),
    cast(sum(uses) as bigint)
from days
group by kind, skill_name
