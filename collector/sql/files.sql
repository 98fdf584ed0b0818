-- Checkpoints and rejects of the files of a batch. A file that was not read keeps what is
-- known of its content; one that was read on from its checkpoint adds to it.

delete from rejected_records
where source_file_id in (select source_file_id from staged_files where was_read and whole);

-- The last line of a file, which has no newline yet, is read again with what comes after it.
delete from rejected_records
using staged_rejects as staged
where
    rejected_records.source_file_id = staged.source_file_id
    and rejected_records.position = staged.position;

insert into rejected_records
select project_id, source_file_id, position, reason, cast($now as timestamptz)
from staged_rejects;

create or replace temp table renewed_files as
select
    staged.source_file_id,
    staged.project_id,
    coalesce(nullif(staged.source, ''), known.source) as source,
    staged.path,
    staged.state,
    staged.detail,
    coalesce(staged.shape, known.shape) as shape,
    staged.fingerprint,
    staged.checkpoint,
    staged.size_bytes,
    if(staged.was_read, staged.records, coalesce(known.records, 0)) as records,
    if(staged.was_read, staged.rejected, coalesce(known.rejected, 0)) as rejected,
    if(staged.was_read, staged.ignored, coalesce(known.ignored, 0)) as ignored,
    if(staged.was_read, staged.findings, coalesce(cast(known.findings as varchar), '{}'))
        as findings,
    if(staged.was_read, staged.writer_totals, cast(known.writer_totals as varchar))
        as writer_totals,
    if(staged.was_read, staged.read_totals, coalesce(cast(known.read_totals as varchar), '{}'))
        as read_totals,
    coalesce(read_openings.opening, known.opening) as opening,
    coalesce(known.first_seen_at, cast($now as timestamptz)) as first_seen_at,
    cast($now as timestamptz) as last_read_at
from staged_files as staged
left join source_files as known using (source_file_id)
left join read_openings using (source_file_id);

delete from source_files where source_file_id in (select source_file_id from renewed_files);

insert into source_files by name from renewed_files;
