select action, count(*) as uses
from (
    select unnest(followup_names) as action
    from skill_usage
    where
        ($since is null or day >= $since)
        and ($until is null or day <= $until)
        and ($kind = 'all' or kind = $kind)
        and skill_name = $name
        and list_contains($projects, project_id)
)
group by action
order by uses desc, action
