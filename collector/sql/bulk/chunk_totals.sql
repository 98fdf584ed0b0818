-- What each chunk held by name, in the order of NameTotals.

with named as (
    select
        chunk_number,
        skill_name,
        [
            count(*),
            count(*) filter (outcome = 'success'),
            count(*) filter (unfinished)
        ] as totals
    from staged
    where chunk_number >= $first and kind = $kind
    group by chunk_number, skill_name
)

select chunk_number, cast(json_group_object(skill_name, totals) as varchar)
from named
group by chunk_number
