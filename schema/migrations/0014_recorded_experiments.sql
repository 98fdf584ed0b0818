-- Tests of two strategies that a tool recorded in its own database, as sums over the users of each arm.

create table recorded_experiments (
    project_id varchar not null,
    experiment varchar not null,
    control varchar not null,
    treatment varchar not null,
    share double not null,
    least_outcomes bigint,
    began_on date not null,
    ended_on date not null,
    arms json not null,
    source_file_id bigint not null
);

-- Databases that were read before are looked at once more, from where reading ended.
update source_files
set fingerprint = ''
where source = 'skills_db';
