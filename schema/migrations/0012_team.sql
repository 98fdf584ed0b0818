-- A team's statistics: what this warehouse joined, what it sent, and experiments.

-- One row while this warehouse is a member of a team; none otherwise.
create table team_membership (
    team_id varchar not null,
    url varchar not null,
    team varchar not null,
    since date not null,
    withheld varchar[] not null,
    -- The agreement as it was confirmed, or narrower; the names of counters that may be sent.
    agreement json not null,
    agreement_etag varchar not null,
    counters varchar[] not null,
    joined_at timestamptz not null,
    confirmed_at timestamptz not null,
    -- Digests of what may have reached the store without our knowing, when a process was killed.
    pending varchar[] not null,
    sent_digest varchar,
    sent_etag varchar,
    sent_rows bigint,
    sent_bytes bigint,
    published_at timestamptz,
    attempted_at timestamptz,
    problem varchar
);

create table experiments (
    name varchar not null,
    salt varchar not null,
    control varchar not null,
    treatment varchar not null,
    unit varchar not null,
    share double not null,
    weeks integer not null,
    begins_on date not null,
    created_at timestamptz not null,
    stopped_at timestamptz,
    -- The team whose store has it; null: it is this machine's own.
    team_id varchar
);

-- Which files an archived use was told by. Null: not known, because transcripts were read at a time
-- when the archive did not keep it.
alter table archived_days add column measured varchar;

update archived_days
set measured = 'writer'
where
    not exists (from transcript_roots)
    and not exists (from transcript_files)
    and not exists (from skill_usage where source_file_id is null);
