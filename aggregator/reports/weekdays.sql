-- The uses, successes and known outcomes of every skill and agent on each day.

select
    kind,
    skill_name,
    period_start,
    invocations,
    successes,
    successes + failures + abandoned
from periods($q)
