-- How many rows there are, and how many different keys: equal keys have equal hashes.
select
    count(*) as rows_in_all,
    count(
        distinct hash(
            rows_given.filename,
            rows_given.week,
            rows_given.kind,
            rows_given.skill,
            rows_given.project_type,
            rows_given.measured,
            rows_given.counter,
            rows_given.bucket
        )
    ) as keys
from read_parquet($paths, hive_partitioning = false, filename = true) as rows_given;
