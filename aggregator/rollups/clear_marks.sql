-- Buckets with rows that are dated in the future stay marked; they are computed when their time comes.

delete from dirty_buckets;

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
where invoked_at > cast($horizon as timestamptz);
