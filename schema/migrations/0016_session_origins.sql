-- Which session a resumed or forked session goes on with; null where that is not known.

create table session_origins (
    session_id varchar not null,
    origin varchar
);
