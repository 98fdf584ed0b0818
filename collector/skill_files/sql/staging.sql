-- What a run read of skill files, before it is merged.

create or replace temp table staged_skill_files (
    project_id varchar,
    path varchar,
    digest varchar,
    kind varchar,
    tool varchar,
    name varchar,
    folder_name varchar,
    visible boolean,
    bytes bigint,
    modified_us bigint,
    plugins varchar[]
);

create or replace temp table staged_skill_texts (
    digest varchar,
    description varchar,
    category varchar,
    category_basis varchar,
    description_length bigint,
    words ubigint[],
    weights float[]
);

create or replace temp table gone_skill_files (project_id varchar, path varchar);
