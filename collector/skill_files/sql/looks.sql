-- How each project looked when its skill files were searched for.

merge into skill_scans
using staged_looks as looked
on skill_scans.project_id = looked.project_id
when matched then update set
    scanned_at = cast($now as timestamptz),
    path = '',
    rules = looked.rules,
    files = looked.files,
    looked_at = looked.looked_at,
    digest = looked.digest
when not matched then insert (project_id, scanned_at, path, rules, files, looked_at, digest)
values (
    looked.project_id, cast($now as timestamptz), '', looked.rules, looked.files, looked.looked_at,
    looked.digest
);

-- An earlier version stored the projects' paths here, too; those of projects that are no longer read stayed.
update skill_scans set path = '' where path <> ''

