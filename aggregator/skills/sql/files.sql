-- Every version of the files of active projects and of the user: of the texts $digests or of one of the
-- names $names, or of the names that files with those texts have, if $with_names; all, where both are
-- null. Instants leave as microseconds.

with texts as (
    select unnest(cast($digests as varchar[])) as digest
),

named as (
    select unnest(cast($names as varchar[])) as name
    union all
    select unnest([name, folder_name])
    from skill_files
    where $with_names and digest in (from texts)
)

select
    files.project_id,
    coalesce(projects.project_name, files.project_id),
    files.path,
    files.digest,
    files.kind,
    files.tool,
    files.name,
    files.folder_name,
    files.visible,
    epoch_us(files.modified_at),
    epoch_us(files.first_seen_at),
    -- A file that is there was there at the last look.
    epoch_us(if(files.gone_at is null, coalesce(scans.scanned_at, files.last_seen_at), files.last_seen_at)),
    epoch_us(files.gone_at),
    files.plugins
from skill_files as files
left join projects using (project_id)
left join skill_scans as scans using (project_id)
where
    (files.project_id = '(user)' or projects.is_active)
    and (
        ($digests is null and $names is null)
        or files.digest in (from texts)
        or files.name in (from named)
        or files.folder_name in (from named)
    )
order by 2, files.path, files.first_seen_at, files.digest
