-- What each part held by name, in the order of NameTotals.

with named as (
    select
        part_number,
        skill_name,
        [
            count(*),
            count(*) filter (outcome = 'success'),
            count(*) filter (unfinished)
        ] as totals
    from staged
    where part_number >= $first and kind = $kind
    group by part_number, skill_name
)

select part_number, cast(json_group_object(skill_name, totals) as varchar)
from named
group by part_number
