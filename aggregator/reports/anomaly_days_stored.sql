-- Every name's days from $since to $until that had uses, in order, from the stored days of one group
-- of projects; and the first day it was ever used.

select
    kind,
    skill_name,
    min(window_start) as first_day,
    list(window_start - cast($since as date) order by window_start) filter (in_span) as days,
    list(invocations order by window_start) filter (in_span) as uses,
    list(successes order by window_start) filter (in_span) as successes,
    list(successes + failures + abandoned order by window_start) filter (in_span) as known,
    list(duration_count order by window_start) filter (in_span) as durations,
    list(p50_duration_ms order by window_start) filter (in_span) as medians
from (
    select *, window_start >= $since as in_span
    from skill_aggregates
    where
        time_window = 'daily'
        and window_start <= $until
        and ($kind = 'all' or kind = $kind)
        and project_id = $project
)
group by kind, skill_name
having bool_or(in_span)
