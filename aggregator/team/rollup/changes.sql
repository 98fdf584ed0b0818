-- The recent weeks (1) and those before (0): sums over members of successes (s) and known outcomes
-- (n), and of all their products.
with looked_at as (
    select
        by_week.kind,
        by_week.skill,
        by_week.measured,
        by_week.member,
        cast(
            sum(case when by_week.week >= asked.recent_from then by_week.successes else 0 end)
            as bigint
        ) as s1,
        cast(
            sum(
                case
                    when by_week.week >= asked.recent_from
                        then by_week.successes + by_week.failures + by_week.abandoned
                    else 0
                end
            ) as bigint
        ) as n1,
        cast(
            sum(case when by_week.week < asked.recent_from then by_week.successes else 0 end)
            as bigint
        ) as s0,
        cast(
            sum(
                case
                    when by_week.week < asked.recent_from
                        then by_week.successes + by_week.failures + by_week.abandoned
                    else 0
                end
            ) as bigint
        ) as n0
    from by_week
    cross join asked
    where by_week.week >= asked.earlier_from
    group by by_week.kind, by_week.skill, by_week.measured, by_week.member
)

select
    looked_at.kind,
    looked_at.skill,
    looked_at.measured,
    cast(count(*) as bigint) as units,
    cast(sum(looked_at.s1) as bigint) as successes,
    cast(sum(looked_at.n1) as bigint) as known,
    cast(sum(looked_at.s0) as bigint) as successes_before,
    cast(sum(looked_at.n0) as bigint) as known_before,
    cast(sum(looked_at.s1 * looked_at.s1) as bigint) as s1s1,
    cast(sum(looked_at.s1 * looked_at.n1) as bigint) as s1n1,
    cast(sum(looked_at.s1 * looked_at.s0) as bigint) as s1s0,
    cast(sum(looked_at.s1 * looked_at.n0) as bigint) as s1n0,
    cast(sum(looked_at.n1 * looked_at.n1) as bigint) as n1n1,
    cast(sum(looked_at.n1 * looked_at.s0) as bigint) as n1s0,
    cast(sum(looked_at.n1 * looked_at.n0) as bigint) as n1n0,
    cast(sum(looked_at.s0 * looked_at.s0) as bigint) as s0s0,
    cast(sum(looked_at.s0 * looked_at.n0) as bigint) as s0n0,
    cast(sum(looked_at.n0 * looked_at.n0) as bigint) as n0n0
from looked_at
where looked_at.n1 + looked_at.n0 > 0
group by looked_at.kind, looked_at.skill, looked_at.measured;
