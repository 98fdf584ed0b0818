-- Uses by name and workflow path, of all active projects together, added up from stored buckets.

select
    kind,
    skill_name,
    value as workflow_path,
    cast(sum(times) as bigint) as uses,
    cast(sum(successes) as bigint) as successes,
    cast(sum(successes + failures + abandoned) as bigint) as known
from skill_breakdowns
where
    time_window = $time_window
    and ($since is null or window_start >= $since)
    and ($until is null or window_start <= $until)
    and ($kind = 'all' or kind = $kind)
    and project_id = '*'
    and dimension = 'path'
group by kind, skill_name, workflow_path
