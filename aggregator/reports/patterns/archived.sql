-- Uses of the days asked for whose rows have gone.

select coalesce(sum(successes + failures + abandoned + unknown), 0)
from archived_days
where
    ($since is null or day >= $since)
    and ($until is null or day <= $until)
    and ($kind = 'all' or kind = $kind)
    and list_contains($projects, project_id)
