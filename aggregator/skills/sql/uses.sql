-- Uses in each project of the names $names (null: of all), in the periods of the query.

select
    project_id,
    kind,
    skill_name,
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint),
    epoch_us(max(last_used))
from periods($q)
where $names is null or list_contains($names, skill_name)
group by project_id, kind, skill_name
