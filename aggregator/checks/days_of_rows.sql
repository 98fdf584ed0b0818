-- Every row and every archived use has the day, week and month of its instant in the reporting zone.

with cut as (
    select
        concat_ws(' ', kind, skill_name, invoked_at, 'of', project_id) as about,
        (day, week, month) as days,
        cast(zone_clock(1, invoked_at) as date) as right_day
    from invocations
)

select
    count(*) over () as findings,
    about,
    cast(days as varchar) as stored,
    cast(right_day as varchar) as expected
from cut
where
    days is distinct from (
        right_day,
        cast(date_trunc('week', right_day) as date),
        cast(date_trunc('month', right_day) as date)
    )
order by about
limit $examples;
