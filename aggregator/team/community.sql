-- The tables that a rollup publishes: cells of enough members, as whole numbers.
create table cells (
    cut varchar not null,
    part varchar not null,
    kind varchar not null,
    skill varchar not null,
    measured varchar not null,
    members bigint not null,
    uses bigint not null,
    successes bigint not null,
    failures bigint not null,
    abandoned bigint not null,
    unknown bigint not null,
    units bigint not null,
    ss bigint not null,
    sn bigint not null,
    nn bigint not null
);

create table durations (
    cut varchar not null,
    part varchar not null,
    kind varchar not null,
    skill varchar not null,
    measured varchar not null,
    timed bigint,
    p50 double not null,
    p95 double not null
);

create table changes (
    kind varchar not null,
    skill varchar not null,
    measured varchar not null,
    units bigint not null,
    successes bigint not null,
    known bigint not null,
    successes_before bigint not null,
    known_before bigint not null,
    s1s1 bigint not null,
    s1n1 bigint not null,
    s1s0 bigint not null,
    s1n0 bigint not null,
    n1n1 bigint not null,
    n1s0 bigint not null,
    n1n0 bigint not null,
    s0s0 bigint not null,
    s0n0 bigint not null,
    n0n0 bigint not null
);

create table pairs (
    first_kind varchar not null,
    first_skill varchar not null,
    second_kind varchar not null,
    second_skill varchar not null,
    first_members bigint not null,
    second_members bigint not null,
    members bigint not null
);

create table clusters (
    cluster bigint not null,
    kind varchar not null,
    skill varchar not null
);

create table adoption (
    cluster bigint not null,
    cluster_members bigint not null,
    kind varchar not null,
    skill varchar not null,
    members bigint not null
);

create table arms (
    experiment varchar not null,
    arm varchar not null,
    week bigint not null,
    members bigint not null,
    uses bigint not null,
    kept bigint,
    units bigint not null,
    successes bigint not null,
    known bigint not null,
    ss bigint not null,
    sn bigint not null,
    nn bigint not null
);
