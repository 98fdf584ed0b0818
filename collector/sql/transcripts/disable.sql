-- A folder that is no longer read.

delete from transcript_files where source = $source and root = $root;

delete from transcript_roots where source = $source and path = $root;
