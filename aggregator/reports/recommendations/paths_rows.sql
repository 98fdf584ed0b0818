select
    kind,
    skill_name,
    workflow_path,
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome <> 'unknown')
from asked
group by kind, skill_name, workflow_path
