-- Which member has which arm of which experiment, and the days that it counts.
create table assigned (
    experiment varchar not null,
    arm varchar not null,
    member varchar not null,
    control varchar not null,
    treatment varchar not null,
    begins_on date not null,
    until date not null
);
