-- Outcomes of every skill and agent in each project: since $since_recent, and in the whole span.

select
    project_id,
    kind,
    skill_name,
    cast(sum(if(period_start >= $since_recent, successes, 0)) as bigint),
    cast(sum(if(period_start >= $since_recent, successes + failures + abandoned, 0)) as bigint),
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from periods($q)
group by project_id, kind, skill_name
