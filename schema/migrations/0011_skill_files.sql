-- Skills, agents and commands on disk: which files there are, and what is kept of their texts.

-- One row is one version of a file: project, path and digest. gone_at is null while the file has it.
create table skill_files (
    project_id varchar not null,
    path varchar not null,
    digest varchar not null,
    kind varchar not null,
    tool varchar not null,
    name varchar not null,
    folder_name varchar not null,
    visible boolean not null,
    bytes bigint not null,
    modified_at timestamptz not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    gone_at timestamptz
);

-- One row for all files of one text. Of the body there are only keyed hashes of its words.
create table skill_texts (
    digest varchar not null,
    description varchar not null,
    category varchar,
    category_basis varchar,
    description_length bigint not null,
    words ubigint[] not null,
    weights float[] not null,
    rules_version integer not null
);

-- What the user sorts skills into: names that fit a pattern, the first category that fits.
create table skill_categories (
    category varchar not null,
    pattern varchar not null,
    position integer not null
);
