-- Known outcomes of all skills and agents of a kind.

select
    kind,
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from periods($q)
group by kind
