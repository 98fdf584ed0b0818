-- What is said of each skill, as the last refresh found it, so that an answer need not compare again.

create table stored_verdicts (
    place integer not null,
    kind varchar not null,
    skill_name varchar not null,
    verdict varchar not null,
    cells varchar not null
);

-- What they were found from: one row, or none.
create table verdict_basis (
    basis varchar not null,
    found_on date not null,
    compared integer not null,
    expected_looks double not null
);
