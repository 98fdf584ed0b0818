-- How skill files are found again: which plugins they belong to, how their folders looked, and vectors
-- of their texts.

-- Names of the plugins that have the file: agents write `plugin:skill` for it.
alter table skill_files add column plugins varchar[];

update skill_files set plugins = [];

-- The last look at each project: a project of which nothing looks different is not searched again.
create table skill_scans (
    project_id varchar not null,
    scanned_at timestamptz not null,
    path varchar not null,
    rules varchar not null,
    files integer not null,
    looked_at varchar[] not null,
    digest varchar
);

insert into skill_scans
select project_id, max(last_seen_at), '', '', 0, [], null
from skill_files
where gone_at is null
group by project_id;

-- What a sentence model makes of name and description, where one is installed.
create table skill_vectors (
    digest varchar not null,
    model varchar not null,
    vector float[] not null
);
