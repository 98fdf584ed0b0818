-- First and last Monday that is shown of each skill, from the copy of the community's cells.
select kind, skill, measured, cast(min(part) as date), cast(max(part) as date)
from read_parquet($path)
where cut = 'week' and part <> $rest
group by kind, skill, measured;
