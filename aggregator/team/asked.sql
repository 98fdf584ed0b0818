-- The one row of values that a rollup's statements use.
create table asked as
select
    cast($least_members as bigint) as least_members,
    cast($baseline_from as date) as baseline_from,
    cast($earlier_from as date) as earlier_from,
    cast($recent_from as date) as recent_from,
    cast($until as date) as until;
