-- How far these zones are from UTC on each of the last days that records may be from, one zone after
-- the other; null for a day on which it may change, or within a day of which it does. A day's local
-- times are less than a day from the same times in UTC, and reading them looks a day further.

set variable zone_days = 3000;

set variable zone_first_day =
    cast(cast($horizon as timestamptz) as date) - getvariable('zone_days') + 1;

set variable zone_offsets = (
    with offsets as (
        select wanted.place, day, zone_offset(wanted.zone, day) as utc_offset
        from (
            select unnest($zones) as zone, generate_subscripts($zones, 1) as place
        ) as wanted
        cross join generate_series(
            cast(getvariable('zone_first_day') - 1 as timestamp),
            cast(getvariable('zone_first_day') + getvariable('zone_days') + 1 as timestamp),
            interval 1 day
        ) as days (day)
    ),

    steady as (
        select
            place,
            cast(day as date) as day,
            if(min(utc_offset) over around = max(utc_offset) over around, utc_offset, null)
                as utc_offset
        from offsets
        window around as (partition by place order by day rows between 1 preceding and 2 following)
    )

    select list(utc_offset order by place, day)
    from steady
    where day >= getvariable('zone_first_day')
    and day < getvariable('zone_first_day') + getvariable('zone_days')
);
