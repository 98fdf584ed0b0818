-- Local times as instants: PEP 495 with fold 0. After zones.sql, in the same way.

set variable local_slots = cast($slots as bigint[]);

set variable local_starts = cast($starts as bigint[]);

set variable local_offsets = cast($offsets as bigint[]);

-- Null also for a day on which a local time is read by another rule.
create or replace temp table zone_local_days as select cast($days as bigint[]) as days;

create or replace temp macro local_days() as (select days from zone_local_days);

set variable local_bases = cast($bases as varchar[]);

set variable local_numbers = [
    cast(list_extract(getvariable('zone_numbers'), 1) as bigint),
    $slot_us,
    len(cast($slots as bigint[])) // len(cast(getvariable('zone_names') as varchar[]))
];

create or replace temp macro local_step(place, us) as
zone_step(
    zone_slot(
        cast(getvariable('local_slots') as bigint[]),
        cast(getvariable('local_numbers') as bigint[]),
        place,
        us
    ),
    cast(getvariable('local_starts') as bigint[]),
    us
);

create or replace temp macro local_day_offset(place, clock) as
zone_day_offset(local_days(), place, epoch_us(clock));

-- The instant that a local time is.
create or replace temp macro local_instant(place, clock) as
make_timestamptz(
    epoch_us(clock)
    - coalesce(
        local_day_offset(place, clock),
        list_extract(
            cast(getvariable('local_offsets') as bigint[]), local_step(place, epoch_us(clock))
        )
    )
);

-- By which rule it was read, see schema/columns.py.
create or replace temp macro local_basis(place, clock) as
case
    when local_day_offset(place, clock) is not null then 'local'
    else list_extract(
        cast(getvariable('local_bases') as varchar[]), local_step(place, epoch_us(clock))
    )
end;
