-- In how many projects anything was used in the span; nothing where no days were counted yet.

select count(distinct project_id)
from project_days
where
    ($since is null or day >= $since)
    and ($until is null or day <= $until)
    and ($kind = 'all' or kind = $kind)
    and ($projects is null or list_contains($projects, project_id))
having exists (from project_days)
