-- How many members use each skill.
select
    used.kind,
    used.skill,
    cast(count(*) as bigint) as members
from used
group by used.kind, used.skill;
