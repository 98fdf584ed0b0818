-- Done, but for buckets that hold rows whose time has not come yet: those stay marked.

delete from dirty_buckets;

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
where invoked_at > cast($horizon as timestamptz);
