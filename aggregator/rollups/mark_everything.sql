-- A rebuild is a refresh with every bucket stale.

delete from skill_aggregates;

delete from dirty_buckets;

insert into dirty_buckets
select distinct project_id, kind, skill_name, day from skill_usage;
