-- The success rate of each project against that of all others, by kind and name: those that differ by
-- at least $least_gap, with the number of all comparisons.

with each as (
    select
        project_id,
        kind,
        skill_name,
        sum(successes) as successes,
        sum(successes + failures + abandoned) as known
    from periods($q)
    group by project_id, kind, skill_name
),

sides as (
    select
        each.*,
        sum(successes) over of_name - successes as successes_elsewhere,
        sum(known) over of_name - known as known_elsewhere
    from each
    window of_name as (partition by kind, skill_name)
),

compared as (
    select *, count(*) over () as compared
    from sides
    where known >= $enough and known_elsewhere >= $enough
)

select
    cast(compared as bigint),
    kind,
    skill_name,
    project_id,
    cast(successes as bigint),
    cast(known as bigint),
    cast(successes_elsewhere as bigint),
    cast(known_elsewhere as bigint)
from compared
-- Slightly less than $least_gap, because of rounding; the caller applies the exact limit.
where abs(successes / known - successes_elsewhere / known_elsewhere) >= $least_gap - 1e-9
