-- Each project against all others of its name: those that are far enough apart to be looked at, with
-- how many were compared.

, sides as (
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
-- A hair less than asked for: whether a gap is just as large is for the caller to say.
where abs(successes / known - successes_elsewhere / known_elsewhere) >= $least_gap - 1e-9
