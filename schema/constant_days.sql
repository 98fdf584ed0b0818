-- The offsets of days as constant lists, for statements that compare what they read with what is stored: DuckDB
-- would move the comparison into the join with the one row of offsets and make it row by row, which takes forty
-- times as long. After zones.sql and local_times.sql.

set variable instant_days = (select days from zone_instant_days);

set variable local_days = (select days from zone_local_days);

create or replace temp macro instant_days() as cast(getvariable('instant_days') as bigint[]);

create or replace temp macro local_days() as cast(getvariable('local_days') as bigint[]);
