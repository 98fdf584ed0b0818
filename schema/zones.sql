-- Zones as DuckDB looks them up: offsets as data, see schema/zones.py. A zone is named by its place.
-- Offsets are microseconds ahead of UTC. The slot of a time says in which step it begins; where other
-- steps begin within the slot, it is seen which of them have come.

set variable zone_names = cast($names as varchar[]);

set variable zone_slots = cast($slots as bigint[]);

set variable zone_starts = cast($starts as bigint[]);

set variable zone_offsets = cast($offsets as bigint[]);

set variable zone_first_day = cast($first_day as bigint);

-- The offset of each recent day, zone after zone, for work on many times: a tenth of what searching for
-- the step takes. Null for a day on which it changes, or where none were prepared. It is read as a
-- column of one row: DuckDB copies a constant list for every 2,048 rows, which took five times as long as
-- looking the day up. A join with a row per day would not keep the rows of a file in their order.
create or replace temp table zone_instant_days as select cast($days as bigint[]) as days;

create or replace temp macro instant_days() as (select days from zone_instant_days);

set variable zone_numbers = [cast($first_us as bigint), $slot_us, len(cast($slots as bigint[])) // $zones];

-- The place of a zone by its name; null for one that was not prepared.
create or replace temp macro zone_place(name) as
list_position(cast(getvariable('zone_names') as varchar[]), name);

-- The slot of a time; ``numbers`` are the start of the first, their length, and how many a zone has.
create or replace temp macro zone_slot(slots, numbers, place, us) as
list_extract(
    slots,
    (place - 1) * numbers[3] + least(greatest((us - numbers[1]) // numbers[2], 0), numbers[3] - 1) + 1
);

create or replace temp macro zone_step(slot, starts, us) as
case
    when slot < 0 then -slot
    else slot
        + cast(list_extract(starts, slot + 1) <= us as bigint)
        + cast(list_extract(starts, slot + 2) <= us as bigint)
        + cast(list_extract(starts, slot + 3) <= us as bigint)
        + cast(list_extract(starts, slot + 4) <= us as bigint)
end;

create or replace temp macro zone_day_offset(days, place, us) as
case
    when us // 86400000000 - cast(getvariable('zone_first_day') as bigint) between 0 and 2999
        then list_extract(
            days,
            (place - 1) * 3000 + us // 86400000000
            - cast(getvariable('zone_first_day') as bigint) + 1
        )
end;

create or replace temp macro zone_instant_step(place, us) as
zone_step(
    zone_slot(
        cast(getvariable('zone_slots') as bigint[]),
        cast(getvariable('zone_numbers') as bigint[]),
        place,
        us
    ),
    cast(getvariable('zone_starts') as bigint[]),
    us
);

-- How far a zone is ahead of UTC at an instant.
create or replace temp macro zone_offset(place, instant) as
coalesce(
    zone_day_offset(instant_days(), place, epoch_us(instant)),
    list_extract(
        cast(getvariable('zone_offsets') as bigint[]),
        zone_instant_step(place, epoch_us(instant))
    )
);

-- The time on a zone's clock at an instant.
create or replace temp macro zone_clock(place, instant) as
make_timestamp(epoch_us(instant) + zone_offset(place, instant));
