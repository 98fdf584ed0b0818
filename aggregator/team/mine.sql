-- This warehouse's uses by name, type of project and way of measuring.
select
    uses.kind,
    uses.skill_name,
    coalesce(projects.project_type, '') as project_type,
    uses.measured,
    count(*) as uses,
    count(*) filter (uses.outcome = 'success') as successes,
    count(*) filter (uses.outcome <> 'unknown') as known
from asked($q) as uses
left join projects on uses.project_id = projects.project_id
where uses.measured is not null
group by uses.kind, uses.skill_name, coalesce(projects.project_type, ''), uses.measured;
