-- Every name's days from $since to $until that had uses, numbered from 0, from the stored days of one
-- group of projects. Day -1 of a name says that it was used before.

select
    kind,
    skill_name,
    window_start - cast($since as date) as day,
    invocations,
    successes,
    successes + failures + abandoned as known,
    duration_count,
    p50_duration_ms
from skill_aggregates
where
    time_window = 'daily'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and project_id = $project

union all

select distinct
    kind, skill_name, cast(-1 as bigint), 0, 0, 0, 0, cast(null as double)
from skill_aggregates
where
    time_window = 'daily'
    and window_start < $since
    and ($kind = 'all' or kind = $kind)
    and project_id = $project
