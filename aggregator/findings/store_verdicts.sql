-- Verdicts in the order in which they were found.

insert into stored_verdicts by name
select
    cast(row_number() over () - 1 as integer) as place,
    unnest(cast($rows as struct(kind varchar, skill_name varchar, verdict varchar, cells varchar)[]), recursive := true)
