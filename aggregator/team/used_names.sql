-- The skills and agents of the weeks that may be sent, with their uses, and how many of these are of
-- archived days of which it is not known where they were read.

select
    invocations.kind,
    invocations.skill_name,
    count(*) as uses,
    count(*) filter (invocations.measured is null) as unmeasured
from invocations
inner join projects on projects.project_id = invocations.project_id
where invocations.week >= $since and invocations.week < $before and projects.is_active
group by invocations.kind, invocations.skill_name
order by uses desc, invocations.skill_name, invocations.kind;
