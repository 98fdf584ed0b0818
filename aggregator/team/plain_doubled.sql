-- The files that have two rows of one key.
select distinct keyed.filename
from (
    select rows_given.filename
    from read_parquet($paths, hive_partitioning = false, filename = true) as rows_given
    group by
        rows_given.filename,
        rows_given.week,
        rows_given.kind,
        rows_given.skill,
        rows_given.project_type,
        rows_given.measured,
        rows_given.counter,
        rows_given.bucket
    having count(*) > 1
) as keyed;
