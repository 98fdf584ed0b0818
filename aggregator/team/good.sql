-- The rows of all members that are counted.
create table good (
    member varchar not null,
    team varchar not null,
    week date not null,
    kind varchar not null,
    skill varchar not null,
    project_type varchar not null,
    measured varchar not null,
    counter varchar not null,
    bucket smallint,
    uses integer not null
);
