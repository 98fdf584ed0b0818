-- Agent transcripts as a source: what is read, how far, and what is known of each use so far.

-- The folders that may be read, by their absolute paths. `projects` is a digest of the projects for
-- which they were read last: for others they are read again from the start.
create table transcript_roots (
    source varchar not null,
    path varchar not null,
    enabled_at timestamptz not null,
    last_read_at timestamptz,
    projects varchar
);

create table transcript_files (
    source varchar not null,
    root varchar not null,
    path varchar not null,
    state varchar not null,
    detail varchar,
    fingerprint varchar not null,
    checkpoint blob,
    size_bytes bigint not null,
    modified_at timestamptz not null,
    records bigint not null,
    rejected bigint not null,
    ignored bigint not null,
    unattributed bigint not null,
    rejects json not null,
    unknown_types json not null,
    versions varchar[] not null,
    first_seen_at timestamptz not null,
    last_read_at timestamptz not null
);

create table transcript_pieces (
    kind varchar not null,
    id varchar not null,
    data blob not null
);

-- Folders that are gone and the folder that stands for each: worktrees, and where projects were.
create table transcript_folders (
    folder varchar not null,
    stands_for varchar not null
);

alter table projects add column transcripts varchar default 'auto';
alter table projects alter column transcripts set not null;

alter table collect_runs add column transcripts json;

-- A row of a transcript comes of several files at once: it names none.
alter table skill_usage alter column source_file_id drop not null;

alter table skill_usage add column source varchar;

update skill_usage
set source = source_files.source
from source_files
where source_files.source_file_id = skill_usage.source_file_id;

alter table skill_usage add column trigger varchar;

alter table skill_usage add column input_tokens bigint;

alter table skill_usage add column output_tokens bigint;

alter table skill_usage add column cache_tokens bigint;

alter table skill_usage add column total_tokens bigint;

alter table skill_usage add column counted boolean default true;
alter table skill_usage alter column counted set not null;
