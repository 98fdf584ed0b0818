-- Every name's days from $begin on that had uses, numbered from 0, counted in the rows. Day -1 of a
-- name says that it was used before.

select
    kind,
    skill_name,
    day - cast($begin as date) as day,
    count(*) as uses,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome <> 'unknown') as known,
    count(duration_ms) as durations,
    quantile_cont(cast(duration_ms as double), 0.5) as median
from asked
where day >= $begin
group by kind, skill_name, day

union all

select distinct
    kind, skill_name, cast(-1 as bigint), 0, 0, 0, 0, cast(null as double)
from asked
where day < $begin
