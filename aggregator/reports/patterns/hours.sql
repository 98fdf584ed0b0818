-- Uses by weekday (1 is Monday) and hour of the zone. Rows are counted by quarter of an hour first:
-- offsets of zones are whole quarters, and there are far fewer quarters than rows.

with quarters as materialized (
    select
        epoch_us(invoked_at) // 900_000_000 as quarter,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown
    from recorded($q)
    group by quarter
),
placed as (
    select *, zone_clock(1, make_timestamptz(quarter * 900_000_000)) as clock
    from quarters
)
select
    isodow(clock) as weekday,
    hour(clock) as hour,
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint)
from placed
group by isodow(clock), hour(clock)
order by isodow(clock), hour(clock)
