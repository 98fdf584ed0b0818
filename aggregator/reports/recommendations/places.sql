-- Outcomes of every name in each project, from the day $since_recent on and in all of the span.

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
