-- Uses by kind, name and workflow path (null: none given).

select
    kind,
    skill_name,
    value as workflow_path,
    cast(sum(times) as bigint) as uses,
    cast(sum(successes) as bigint) as successes,
    cast(sum(successes + failures + abandoned) as bigint) as known
from breakdowns($q)
where dimension = 'path'
group by kind, skill_name, workflow_path
