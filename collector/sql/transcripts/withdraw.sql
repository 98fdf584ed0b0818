-- Rows of what was taken for a use as long as only a part of its file was known.

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
anti join dirty_buckets using (project_id, kind, skill_name, day)
where source_file_id is null and list_contains($keys, idempotency_key);

delete from skill_usage where source_file_id is null and list_contains($keys, idempotency_key);
