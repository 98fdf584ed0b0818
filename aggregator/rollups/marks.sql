-- How many days of skills and agents have to be recomputed.

select count(*) from (select distinct * from dirty_buckets)
