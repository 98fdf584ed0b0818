-- Outcomes by project, workflow path and skill or agent, of uses with a path.

select
    project_id,
    workflow_path,
    kind,
    skill_name,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome <> 'unknown') as known
from asked($q)
where workflow_path is not null
group by all
