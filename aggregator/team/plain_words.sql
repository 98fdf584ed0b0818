-- Every text of many members' rows.
select distinct rows_given.skill as word
from read_parquet($paths, hive_partitioning = false) as rows_given
union
select distinct rows_given.project_type as word
from read_parquet($paths, hive_partitioning = false) as rows_given
union
select distinct rows_given.team as word
from read_parquet($paths, hive_partitioning = false) as rows_given
union
select distinct rows_given.counter as word
from read_parquet($paths, hive_partitioning = false) as rows_given;
