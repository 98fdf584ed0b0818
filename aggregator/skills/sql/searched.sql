-- How many skills, agents and commands files are, in the projects $projects (null: in every active one) and
-- of the user.

select count(distinct (files.kind, files.name))
from skill_files as files
where
    ($gone or files.gone_at is null)
    and ($kind is null or files.kind = $kind)
    and (
        files.project_id = '(user)'
        or if(
            $projects is null,
            files.project_id in (select project_id from projects where is_active),
            list_contains($projects, files.project_id)
        )
    )
