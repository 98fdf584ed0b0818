-- The files that are still there.

update skill_files
set last_seen_at = cast($now as timestamptz)
where gone_at is null and project_id in (select unnest($projects));
