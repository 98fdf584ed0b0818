-- Uses by kind, name and workflow path (null: none given).

select
    kind,
    skill_name,
    value as workflow_path,
    cast(sum(successes) as bigint) as successes,
    cast(sum(failures) as bigint) as failures,
    cast(sum(abandoned) as bigint) as abandoned,
    cast(sum(unknown) as bigint) as unknown
from breakdowns($q)
where dimension = 'path'
group by kind, skill_name, workflow_path
