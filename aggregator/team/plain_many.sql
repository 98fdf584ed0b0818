-- The files with more skills than a member may have.
select rows_given.filename
from read_parquet($paths, hive_partitioning = false, filename = true) as rows_given
group by rows_given.filename
having count(distinct rows_given.skill) > $most_skills;
