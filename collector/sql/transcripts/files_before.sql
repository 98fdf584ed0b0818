select path, state, fingerprint, checkpoint
from transcript_files
where source = $source and root = $root and path in (select unnest($paths))
