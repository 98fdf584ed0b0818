-- How many members use both of two skills, each pair once.
select
    one.kind as first_kind,
    one.skill as first_skill,
    other.kind as second_kind,
    other.skill as second_skill,
    cast(count(*) as bigint) as members
from used as one
inner join used as other
    on
        one.member = other.member
        and (one.kind < other.kind or (one.kind = other.kind and one.skill < other.skill))
group by one.kind, one.skill, other.kind, other.skill;
