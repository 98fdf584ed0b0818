-- A text that came from a JSON number, boolean, list or object: DuckDB turns those into text
-- silently, and then only the record-by-record reader can say what the field really was.
-- Most texts are recognised by their first character, at a tenth of the pattern's cost.
create or replace temp macro not_surely_text(value) as
case
    when value is null then false
    when ascii(value) >= 65 and ascii(value) not in (73, 78, 91, 102, 110, 116, 123) then false
    else regexp_full_match(
        value, '\s*(-?[0-9][0-9.eE+-]*|-?Infinity|NaN|true|false|null|[\[{](?s:.*))\s*'
    )
end;

-- An empty text says as much as none.
create or replace temp macro filled(value) as nullif(value, '');

-- A JSON number that six decimals hold, or that rounds to them without a tie. Below 0.0001 writers of
-- JSON use an exponent.
create or replace temp macro plain_number(value) as
case
    when regexp_full_match(value, '[0-9]{1,9}(\.[0-9]{1,6})?') then true
    when regexp_full_match(value, '[0-9]{1,9}\.[0-9]{1,25}')
        then not regexp_matches(value, '\.[0-9]{6}50*$')
    else regexp_full_match(
        value, '[1-9]((\.0)?e-0[1-6]|\.[0-9]e-0[1-5]|\.[0-9]{2}e-0[1-4])'
    )
end;

create or replace temp macro absent(value) as value is null or value = 'null';

-- Null for what is absent, and for what is not a plain number; asked once a value, then kept. As text a
-- number is cast twice as fast as from JSON, which would be parsed again.
create or replace temp macro number_of(value) as
case when plain_number(value) then cast(cast(value as varchar) as decimal(15, 6)) end;

create or replace temp macro no_number(value, number) as number is null and not absent(value);

-- A name has something to be seen in it.
create or replace temp macro blank(value) as
case
    when value is null then true
    when ascii(value) between 33 and 126 then false
    else not regexp_matches(value, '[^\s\p{Z}\p{Cc}]')
end;

create or replace temp macro no_rank(value) as
case when absent(value) then false else not regexp_full_match(value, '[0-9]{1,9}') end;

-- A time as writers put it, without its offset.
create or replace temp macro time_pattern() as
'(19[7-9][0-9]|20[0-9][0-9]|21[0-8][0-9])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?';

-- The local time that a value is; null for one with an offset, and for what is no time. Most offsets are
-- seen at a fifth of the pattern's cost.
create or replace temp macro wall_of(value) as
case
    when suffix(value, 'Z') or contains(value, '+') then null
    when regexp_full_match(value, time_pattern()) then try_cast(value as timestamp)
end;

-- The instant that a value with an offset is; null for any other.
create or replace temp macro instant_with_offset(value) as
case
    when regexp_full_match(value, time_pattern() || '(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])')
        then try_cast(value as timestamptz)
end;

create or replace temp macro instant_of(value, place, wall) as
case when wall is not null then local_instant(place, wall) else instant_with_offset(value) end;

create or replace temp macro basis_of(place, wall) as
case when wall is null then 'offset' else local_basis(place, wall) end;

create or replace temp macro clean_texts(list) as
list is null
or len(list_filter(list, lambda entry: entry is null or entry = '' or not_surely_text(entry))) = 0;

-- A list that a database holds as JSON text; none is an empty one, and what is not a list of plain
-- texts is null.
create or replace temp macro stored_list(value) as
case
    when value is null or value = '[]' then []
    when regexp_full_match(value, '\[("[^"\\]+"(, ?)?)*\]')
        then try_cast(try_cast(value as json) as varchar[])
end;

create temp table chunks (
    path varchar,
    chunk_number bigint,
    project_id varchar,
    source_file_id bigint,
    zone_place bigint,
    snapshot_at timestamptz,
    bare boolean
);
