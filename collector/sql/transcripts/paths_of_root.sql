select path from transcript_files where source = $source and root = $root;
