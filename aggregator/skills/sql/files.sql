-- Every version of the files of active projects and of the user: of $digests only, of $names only, each
-- unless null. Instants leave as microseconds.

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
    and ($digests is null or list_contains($digests, files.digest))
    and (
        $names is null
        or list_contains($names, files.name)
        or list_contains($names, files.folder_name)
    )
order by 2, files.path, files.first_seen_at, files.digest
