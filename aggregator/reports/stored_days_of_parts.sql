-- The same from the days that the last refresh counted; nothing where it does not tell: where some days
-- have several sources and $by_source, and where no days were counted yet.

with days as (
    select
        project_id,
        kind,
        if($by_source, coalesce(source, ''), '') as part,
        one_source,
        day
    from project_days
    where
        day between $begin and $until
        and ($kind = 'all' or kind = $kind)
        and ($projects is null or list_contains($projects, project_id))
)

select
    project_id,
    kind,
    part,
    cast(bitstring_agg(cast(day - cast($begin as date) as integer), 0, $last) as varchar)
from days
where not $by_source or (select bool_and(one_source) from days)
group by project_id, kind, part
