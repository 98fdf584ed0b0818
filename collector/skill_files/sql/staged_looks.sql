-- How the projects looked that were searched for skill files, before it is merged.

create or replace temp table staged_looks (
    project_id varchar,
    rules varchar,
    files integer,
    looked_at varchar[],
    digest varchar
);
