-- Every name's days from $begin to $until that had uses, in order, counted in the rows; and the first
-- day it was ever used.

, days as (
    select
        kind,
        skill_name,
        day,
        day >= $begin as in_span,
        count(*) as uses,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome <> 'unknown') as known,
        count(duration_ms) as durations,
        quantile_cont(cast(duration_ms as double), 0.5) as median
    from asked
    group by kind, skill_name, day
)
select
    kind,
    skill_name,
    min(day) as first_day,
    list(day - cast($begin as date) order by day) filter (in_span) as days,
    list(uses order by day) filter (in_span) as uses,
    list(successes order by day) filter (in_span) as successes,
    list(known order by day) filter (in_span) as known,
    list(durations order by day) filter (in_span) as durations,
    list(median order by day) filter (in_span) as medians
from days
group by kind, skill_name
having bool_or(in_span)
