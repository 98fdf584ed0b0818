-- How far each transcript was read; nothing is kept of those that are gone.

create or replace temp table renewed_transcripts as
select
    files.* exclude (modified_us),
    make_timestamptz(files.modified_us) as modified_at,
    coalesce(known.first_seen_at, cast($now as timestamptz)) as first_seen_at,
    cast($now as timestamptz) as last_read_at
from read_transcripts as files
left join transcript_files as known
    on known.source = files.source and known.root = files.root and known.path = files.path;

delete from transcript_files
where (source, root, path) in (
    select (source, root, path) from read_transcripts
    union all
    select (source, root, path) from gone_transcripts
);

insert into transcript_files by name from renewed_transcripts;
