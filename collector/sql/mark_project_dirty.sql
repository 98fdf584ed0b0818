-- Every bucket of a project is stale: it enters or leaves the answers.

insert into dirty_buckets
select held.*
from (
    select project_id, kind, skill_name, day from skill_usage where project_id = $id
    union
    select project_id, kind, skill_name, day from archived_days where project_id = $id
) as held
anti join dirty_buckets using (project_id, kind, skill_name, day)
