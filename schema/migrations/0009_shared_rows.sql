-- One row may be told by several projects: checkouts of one repository, and copies of one history.

alter table skill_usage add column shared_with varchar[];

-- The folder by device and inode, so that it is known again under another path.
alter table projects add column folder varchar;

alter table projects add column shares_rows boolean default false;
alter table projects alter column shares_rows set not null;
alter table projects alter column shares_rows drop default;

-- The first times in a file: a copy of it begins with the same.
alter table source_files add column opening timestamptz[];

-- Up to when a file tells the same as another project.
create table shared_runs (
    source_file_id bigint not null,
    project_id varchar not null,
    other_id varchar not null,
    until timestamptz not null
);

-- Rows of earlier versions that are there twice are found, and counted once, by the next pass.
insert into settings
select 'doubled_rows', 'unchecked' where exists (from skill_usage);
