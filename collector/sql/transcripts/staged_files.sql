-- The transcripts that were read or could not be, as they are to be stored.

create or replace temp table read_transcripts (
    source varchar,
    root varchar,
    path varchar,
    state varchar,
    detail varchar,
    fingerprint varchar,
    checkpoint blob,
    size_bytes bigint,
    modified_us bigint,
    records bigint,
    rejected bigint,
    ignored bigint,
    unattributed bigint,
    rejects varchar,
    unknown_types varchar,
    versions varchar[]
)
