-- The skills and agents of the weeks that may be sent, with their uses, and how many of these are of
-- archived days of which it is not known where they were read.

select
    kind,
    skill,
    cast(sum(uses) as bigint) as uses,
    cast(coalesce(sum(uses) filter (measured is null), 0) as bigint) as unmeasured
from team_uses
group by kind, skill
order by uses desc, skill, kind;
