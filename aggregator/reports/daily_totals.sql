-- What happened on each day in each project, skills and agents apart.

select
    project_id,
    kind,
    period_start,
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint)
from periods($q)
group by project_id, kind, period_start
order by project_id, kind, period_start
