-- How a project looked when its skill files were searched for.

merge into skill_scans
using (select $project_id as project_id) as looked
on skill_scans.project_id = looked.project_id
when matched then update set
    scanned_at = cast($now as timestamptz),
    path = $path,
    rules = $rules,
    files = $files,
    looked_at = $looked_at,
    digest = $digest
when not matched then insert (project_id, scanned_at, path, rules, files, looked_at, digest)
values (
    $project_id, cast($now as timestamptz), $path, $rules, $files, $looked_at, $digest
)
