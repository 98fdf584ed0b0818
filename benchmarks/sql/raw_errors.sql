select error_type, count(*) as uses
from skill_usage
where
    ($since is null or day >= $since)
    and ($until is null or day <= $until)
    and ($kind = 'all' or kind = $kind)
    and skill_name = $name
    and list_contains($projects, project_id)
    and outcome = 'failure'
group by error_type
order by uses desc, error_type
