-- The first and last day of use, and the days with uses, of some skills and agents in each project.

select periods.kind, periods.skill_name, project_id, min(period_start), max(period_start)
from periods($q) as periods
where list_contains($names, periods.skill_name)
group by periods.kind, periods.skill_name, project_id
