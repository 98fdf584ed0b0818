-- Known outcomes of all names of a kind.

select
    kind,
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from periods($q)
group by kind
