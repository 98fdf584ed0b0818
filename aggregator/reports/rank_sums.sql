-- The rank sums of the Mann-Whitney test, for each requested comparison: durations since one day,
-- ranked together with those of the days before. Equal durations share the middle of their ranks;
-- twice the ranks are added up, so that all sums are whole numbers.

with wanted as (
    select
        unnest(cast($ways as varchar[])) as way,
        unnest(cast($kinds as varchar[])) as kind,
        unnest(cast($names as varchar[])) as skill_name,
        unnest(cast($sinces as date[])) as since_before,
        unnest(cast($sinces_now as date[])) as since_now
),

durations as (
    select
        wanted.way,
        wanted.kind,
        wanted.skill_name,
        asked.duration_ms,
        count(*) as times,
        count(*) filter (asked.day >= wanted.since_now) as times_now
    from asked($q) as asked
    inner join wanted
        on wanted.kind = asked.kind
        and wanted.skill_name = asked.skill_name
        and asked.day >= wanted.since_before
    where asked.duration_ms is not null
    group by wanted.way, wanted.kind, wanted.skill_name, asked.duration_ms
),

ranked as (
    select
        *,
        2 * sum(times) over (
            partition by way, kind, skill_name
            order by duration_ms
            rows unbounded preceding
        ) - times + 1 as rank_twice
    from durations
)

select
    way,
    kind,
    skill_name,
    sum(times_now),
    sum(times - times_now),
    sum(times_now * rank_twice),
    sum(cast(times as hugeint) * times * times - times)
from ranked
group by way, kind, skill_name
