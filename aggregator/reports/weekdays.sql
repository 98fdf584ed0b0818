-- The uses, successes and known outcomes of every skill and agent on each day, counted from the
-- first one asked about: fetching dates takes longer than fetching numbers.

select
    kind,
    skill_name,
    datediff('day', cast($q['since'] as date), period_start) as day_number,
    invocations,
    successes,
    successes + failures + abandoned
from periods($q)
