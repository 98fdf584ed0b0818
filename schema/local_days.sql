-- The same for local times; a day on which one is read by another rule is null, too.

set variable zone_local_days = (
    select list(if(first_step = last_step and basis = 'local', utc_offset, null) order by place, day)
    from (
        select
            place,
            day,
            local_step(place, day * 86400000000) as first_step,
            local_step(place, (day + 1) * 86400000000 - 1) as last_step,
            list_extract(cast(getvariable('local_offsets') as bigint[]), first_step) as utc_offset,
            list_extract(cast(getvariable('local_bases') as varchar[]), first_step) as basis
        from generate_series(1, len(cast(getvariable('zone_names') as varchar[]))) as places (place)
        cross join generate_series(
            cast(getvariable('zone_first_day') as bigint),
            cast(getvariable('zone_first_day') as bigint) + 2999
        ) as days (day)
    )
);
