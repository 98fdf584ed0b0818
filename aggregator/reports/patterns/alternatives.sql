-- Skills that were offered: the outcomes when each was chosen, and when another one was; which one was
-- chosen most often instead. A skill that is listed among its own alternatives was chosen.

with offers as materialized (
    select
        skill_name,
        outcome,
        list_distinct(list_filter(alternatives_considered, lambda name: name <> skill_name)) as others
    from recorded($q)
    where kind = 'skill' and len(alternatives_considered) > 0
),
taken as (
    select
        skill_name as name,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown
    from offers
    where len(others) > 0
    group by skill_name
),
refusals as (
    select
        unnest(others) as name,
        skill_name as instead,
        outcome
    from offers
),
passed_for as (
    select
        name,
        instead,
        count(*) as times,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown
    from refusals
    group by name, instead
),
passed as (
    select
        name,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(abandoned) as abandoned,
        sum(unknown) as unknown,
        min_by(instead, (-times, instead)) as mostly,
        max(times) as mostly_times
    from passed_for
    group by name
)
select
    name,
    coalesce(taken.successes, 0),
    coalesce(taken.failures, 0),
    coalesce(taken.abandoned, 0),
    coalesce(taken.unknown, 0),
    coalesce(passed.successes, 0),
    coalesce(passed.failures, 0),
    coalesce(passed.abandoned, 0),
    coalesce(passed.unknown, 0),
    mostly,
    coalesce(mostly_times, 0),
    (select count(*) from offers where len(others) > 0) as offers
from taken
full join passed using (name)
order by name
