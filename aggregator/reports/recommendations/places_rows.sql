select
    project_id,
    kind,
    skill_name,
    count(*) filter (outcome = 'success' and day >= $since_recent),
    count(*) filter (outcome <> 'unknown' and day >= $since_recent),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome <> 'unknown')
from asked
group by project_id, kind, skill_name
