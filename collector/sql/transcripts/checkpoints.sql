select source, root, path, checkpoint from transcript_files where path in (select unnest($paths));
