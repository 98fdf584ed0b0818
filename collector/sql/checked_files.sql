select
    source_file_id, path, source, state, detail, shape, size_bytes, records, rejected, ignored,
    cast(findings as varchar), cast(writer_totals as varchar), cast(read_totals as varchar),
    epoch_us(last_read_at)
from source_files
where
    project_id = $id
    -- Not what could not be looked into once: nothing was ever read there.
    and not (state = 'gone' and shape is null and records = 0)
order by path
