-- Every skill's and agent's days with uses, numbered from 0 for $begin. Day -1 means that it was used
-- before.

select
    kind,
    skill_name,
    period_start - cast($begin as date) as day,
    invocations,
    successes,
    successes + failures + abandoned as known,
    duration_count,
    p50_duration_ms
from periods($q)
where period_start >= $begin

union all

select distinct kind, skill_name, cast(-1 as bigint), 0, 0, 0, 0, cast(null as double)
from periods($q)
where period_start < $begin
