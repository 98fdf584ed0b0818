select
    source, root, path, checkpoint, records, rejected, ignored, unattributed,
    cast(rejects as varchar), cast(unknown_types as varchar), versions
from transcript_files
where path in (select unnest($paths))
