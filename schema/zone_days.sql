-- The offset of each of the last 3000 days, zone after zone, for work on many times: a tenth of what
-- searching for the step takes. Null for a day on which it changes. A join would not keep the rows of
-- a file in their order.

set variable zone_first_day = epoch_us(now()) // 86400000000 - 2998;

set variable zone_instant_days = (
    select list(if(first_step = last_step, utc_offset, null) order by place, day)
    from (
        select
            place,
            day,
            zone_instant_step(place, day * 86400000000) as first_step,
            zone_instant_step(place, (day + 1) * 86400000000 - 1) as last_step,
            list_extract(cast(getvariable('zone_offsets') as bigint[]), first_step) as utc_offset
        from generate_series(1, len(cast(getvariable('zone_names') as varchar[]))) as places (place)
        cross join generate_series(
            cast(getvariable('zone_first_day') as bigint),
            cast(getvariable('zone_first_day') as bigint) + 2999
        ) as days (day)
    )
);
