-- Workflow paths, errors and follow-up actions of a name are counted once, not at every question.

create table skill_breakdowns (
    time_window varchar not null,
    window_start date not null,
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    dimension varchar not null,
    value varchar,
    times bigint not null,
    successes bigint not null,
    failures bigint not null,
    abandoned bigint not null,
    unknown bigint not null
);

-- Distinct sessions of several days are those of each day, less the days they were there again.
create table session_days (
    project_id varchar not null,
    kind varchar not null,
    skill_name varchar not null,
    session_id varchar not null,
    day date not null
);

-- Until the next refresh has filled them, every answer comes from the rows.
insert into dirty_buckets
select held.*
from (select distinct project_id, kind, skill_name, day from skill_usage) as held
anti join dirty_buckets using (project_id, kind, skill_name, day);
