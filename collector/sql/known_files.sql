select
    project_id, path, state, detail, fingerprint, cast(checkpoint as varchar), size_bytes,
    records, rejected, ignored, cast(findings as varchar), cast(read_totals as varchar)
from source_files
