-- Nothing of the projects $projects looks different than at the last run.

update skill_scans
set scanned_at = cast($now as timestamptz)
where list_contains($projects, project_id)
