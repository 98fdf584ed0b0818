-- The skills and agents of the weeks that may be sent, with their uses, and how many of these are of
-- archived days of which it is not known where they were read; and their follow-up actions.

select
    kind,
    skill,
    cast(sum(uses) as bigint) as uses,
    cast(coalesce(sum(uses) filter (measured is null), 0) as bigint) as unmeasured,
    cast(sum(followup_actions) as bigint) as followup_actions
from team_uses
group by kind, skill
order by uses desc, skill, kind;
