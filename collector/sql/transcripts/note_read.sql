update transcript_roots
set last_read_at = cast($now as timestamptz), projects = $projects
where source = $source and path = $path;
