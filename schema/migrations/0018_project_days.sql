-- Distinct sessions and the source of a whole project's days, whatever skill or agent was used: so that
-- no answer looks for them in all rows. Both tables are filled by the next refresh that computes anything.

create table project_days (
    project_id varchar not null,
    kind varchar not null,
    day date not null,
    uses bigint not null,
    sessions bigint not null,
    source varchar,
    one_source boolean not null
);

-- Sessions that are counted more than once there: on several days, or as skills' and as agents'.
create table recurring_sessions (
    project_id varchar not null,
    session_id varchar not null,
    kind varchar not null,
    day date not null
);
