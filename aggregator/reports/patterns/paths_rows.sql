-- Uses by name and workflow path, counted in the rows and in what stands in for archived days.

select
    kind,
    skill_name,
    workflow_path,
    count(*) as uses,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome <> 'unknown') as known
from asked
group by kind, skill_name, workflow_path
