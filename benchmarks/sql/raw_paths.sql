select
    workflow_path,
    count(*) as uses,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned
from skill_usage
where
    ($since is null or day >= $since)
    and ($until is null or day <= $until)
    and ($kind = 'all' or kind = $kind)
    and skill_name = $name
    and list_contains($projects, project_id)
group by workflow_path
order by uses desc, workflow_path
