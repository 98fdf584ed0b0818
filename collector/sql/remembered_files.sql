select
    project_id, path, cast(checkpoint as varchar), records, rejected, ignored,
    cast(findings as varchar), cast(read_totals as varchar)
from source_files
