-- The skill files that were there at the last run, as they looked then.

select project_id, path, bytes, epoch_us(modified_at), digest
from skill_files
where gone_at is null
