-- The texts that files have, of the projects $projects (null: of every active one) and of the user.

select
    files.digest,
    files.kind,
    files.name,
    texts.category,
    texts.category_basis,
    list(distinct files.folder_name)
from skill_files as files
inner join skill_texts as texts using (digest)
left join projects using (project_id)
where
    ($gone or files.gone_at is null)
    and (
        files.project_id = '(user)'
        or if($projects is null, projects.is_active, list_contains($projects, files.project_id))
    )
group by files.digest, files.kind, files.name, texts.category, texts.category_basis
