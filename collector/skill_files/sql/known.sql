-- The skill files of the projects $projects that were there at the last run, as they looked then, and
-- whether their texts were read by other rules than $rules_version.

select
    files.project_id,
    files.path,
    files.bytes,
    epoch_us(files.modified_at),
    files.plugins,
    texts.rules_version is distinct from $rules_version
from skill_files as files
left join skill_texts as texts using (digest)
where files.gone_at is null and list_contains($projects, files.project_id)
