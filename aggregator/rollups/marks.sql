-- How many days of names have to be computed anew.

select count(*) from (select distinct * from dirty_buckets)
