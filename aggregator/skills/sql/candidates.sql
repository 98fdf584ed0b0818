-- What files are, with what their texts are about: in the projects $projects (null: in every active one)
-- and of the user.

select distinct
    files.digest,
    files.kind,
    files.name,
    texts.category,
    texts.category_basis
from skill_files as files
inner join skill_texts as texts using (digest)
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
