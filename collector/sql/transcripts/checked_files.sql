select
    source, root, path, detail, size_bytes, epoch_us(modified_at), rejected, ignored, unattributed,
    cast(rejects as varchar), cast(unknown_types as varchar), versions
from transcript_files
order by source, root, path
