-- The files that have one of these texts.
select distinct rows_given.filename
from read_parquet($paths, hive_partitioning = false, filename = true) as rows_given
where
    rows_given.skill in (select unnest($words))
    or rows_given.project_type in (select unnest($words))
    or rows_given.team in (select unnest($words))
    or rows_given.counter in (select unnest($words));
