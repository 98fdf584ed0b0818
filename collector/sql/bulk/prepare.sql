-- A text that came from a JSON number, boolean, list or object: DuckDB turns those into text
-- silently, and then only the record-by-record reader can say what the field really was.
create or replace temp macro not_surely_text(value) as
value is not null
and regexp_full_match(value, '\s*(-?[0-9][0-9.eE+-]*|-?Infinity|NaN|true|false|null|[\[{](?s:.*))\s*');

-- An empty text says as much as none.
create or replace temp macro filled(value) as nullif(value, '');

-- A JSON number in plain digits that six decimals hold, or that rounds to them without a tie.
create or replace temp macro plain_number(value) as
regexp_full_match(value, '[0-9]{1,9}(\.[0-9]{1,25})?')
and not (length(value) > 8 and regexp_matches(value, '\.[0-9]{6}50*$'));

create or replace temp macro absent(value) as value is null or value = 'null';

create or replace temp macro number_of(value) as
case when plain_number(value) then cast(value as decimal(15, 6)) end;

-- A name has something to be seen in it.
create or replace temp macro blank(value) as
value is null or not regexp_matches(value, '[^\s\p{Z}\p{Cc}]');

-- How far a zone is from UTC at an instant.
create or replace temp macro zone_offset(zone, instant) as
timezone(zone, instant) - timezone('UTC', instant);

-- A local time read with the offset of the day before and with that of the day after. They differ
-- only around a clock change; then the first reading counts where it names that local time, which
-- makes it the first pass of a repeated hour, and where neither does, in a skipped hour.
create or replace temp macro read_before(zone, wall) as
timezone('UTC', wall) - zone_offset(zone, timezone('UTC', wall) - interval 1 day);

create or replace temp macro read_after(zone, wall) as
timezone('UTC', wall) - zone_offset(zone, timezone('UTC', wall) + interval 1 day);

create or replace temp macro local_instant(zone, wall) as
if(
    timezone(zone, read_before(zone, wall)) = wall or timezone(zone, read_after(zone, wall)) <> wall,
    read_before(zone, wall),
    read_after(zone, wall)
);

create or replace temp macro local_basis(zone, wall) as
case
    when read_before(zone, wall) = read_after(zone, wall) then 'local'
    when
        timezone(zone, read_before(zone, wall)) = wall
        and timezone(zone, read_after(zone, wall)) = wall
        then 'local_first_pass'
    when
        timezone(zone, read_before(zone, wall)) <> wall
        and timezone(zone, read_after(zone, wall)) <> wall
        then 'local_gap'
    else 'local'
end;

create or replace temp macro has_offset(value) as
ends_with(value, 'Z') or substr(value, length(value) - 5, 1) in ('+', '-');

create or replace temp macro plain_timestamp(value) as
regexp_full_match(
    value,
    '(19[7-9][0-9]|20[0-9][0-9]|21[0-8][0-9])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?'
);

create or replace temp macro instant_of(value, zone) as
case
    when not plain_timestamp(value) then null
    when has_offset(value) then try_cast(value as timestamptz)
    else local_instant(zone, try_cast(value as timestamp))
end;

create or replace temp macro clean_texts(list) as
list is null
or len(list_filter(list, lambda entry: entry is null or entry = '' or not_surely_text(entry))) = 0;

create or replace temp macro basis_of(value, zone) as
case
    when not plain_timestamp(value) then null
    when has_offset(value) then 'offset'
    else local_basis(zone, try_cast(value as timestamp))
end;

create temp table parts (
    path varchar,
    part_number bigint,
    project_id varchar,
    source_file_id bigint,
    zone varchar,
    snapshot_at timestamptz,
    bare boolean
);
