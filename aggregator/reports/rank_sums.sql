-- Of each name, its durations from $since_now on ranked together with those before: what a rank
-- test is made of, in whole numbers. Equal durations share the middle of their ranks, so it is
-- twice a rank that is added up.

, wanted as (
    select unnest(cast($kinds as varchar[])) as kind, unnest(cast($names as varchar[])) as skill_name
),

durations as (
    select
        asked.kind,
        asked.skill_name,
        asked.duration_ms,
        count(*) as times,
        count(*) filter (asked.day >= $since_now) as times_now
    from asked
    semi join wanted using (kind, skill_name)
    where asked.duration_ms is not null
    group by asked.kind, asked.skill_name, asked.duration_ms
),

ranked as (
    select
        *,
        2 * sum(times) over (
            partition by kind, skill_name
            order by duration_ms
            rows unbounded preceding
        ) - times + 1 as rank_twice
    from durations
)

select
    kind,
    skill_name,
    sum(times_now),
    sum(times - times_now),
    sum(times_now * rank_twice),
    sum(cast(times as hugeint) * times * times - times)
from ranked
group by kind, skill_name
