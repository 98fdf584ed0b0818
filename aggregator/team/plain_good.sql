-- The rows of many members that are counted: of files that are plain, and of those taken one by one.
select
    rows_given.member,
    rows_given.team,
    rows_given.week,
    rows_given.kind,
    rows_given.skill,
    rows_given.project_type,
    rows_given.measured,
    rows_given.counter,
    rows_given.bucket,
    rows_given.uses
from read_parquet($paths, hive_partitioning = false) as rows_given
where
    rows_given.skill in (select unnest($skills))
    and list_contains($counters, rows_given.counter)
    and rows_given.week >= $from
    and rows_given.week < $until
union all
from good;
