-- What is used of the skills of experiments, one row a skill and stretch of weeks. The sums of the
-- baseline and of each experiment's weeks may be published: their first and last days cut the weeks
-- into stretches, and what follows from these sums by subtraction is made of whole stretches.
with named as (
    select assigned.control as skill, assigned.begins_on, assigned.until from assigned
    union all
    select assigned.treatment as skill, assigned.begins_on, assigned.until from assigned
),

windows as (
    select named.skill, named.begins_on, named.until from named
    union all
    select named.skill, asked.baseline_from as begins_on, asked.until
    from named
    cross join asked
),

days as (
    select windows.skill, windows.begins_on as day from windows
    union all
    select windows.skill, windows.until as day from windows
),

edges as (
    select days.skill, days.day from days group by days.skill, days.day
),

used as (
    select
        counters.member,
        counters.skill,
        counters.week,
        sum(counters.uses) as uses,
        sum(case when counters.counter <> 'unknown' then counters.uses else 0 end) as known
    from counters
    cross join asked
    where
        counters.week < asked.until
        and counters.counter in ('success', 'failure', 'abandoned', 'unknown')
    group by counters.member, counters.skill, counters.week
),

covered as (
    select used.member, used.skill, used.week, used.uses, used.known
    from used
    inner join windows
        on
            used.skill = windows.skill
            and used.week >= windows.begins_on
            and used.week < windows.until
    group by used.member, used.skill, used.week, used.uses, used.known
),

placed as (
    select
        covered.member,
        covered.skill,
        covered.week,
        covered.uses,
        covered.known,
        count(*) as stretch
    from covered
    inner join edges on covered.skill = edges.skill and edges.day <= covered.week
    group by covered.member, covered.skill, covered.week, covered.uses, covered.known
),

by_member as (
    select
        placed.skill,
        placed.stretch,
        placed.member,
        sum(placed.uses) as uses,
        sum(placed.known) as known
    from placed
    group by placed.skill, placed.stretch, placed.member
)

select
    by_member.skill,
    cast(by_member.stretch as bigint) as stretch,
    cast(count(*) as bigint) as members,
    cast(sum(by_member.uses) as bigint) as uses,
    cast(max(by_member.uses) as bigint) as largest,
    cast(sum(case when by_member.known > 0 then 1 else 0 end) as bigint) as units
from by_member
group by by_member.skill, by_member.stretch;
