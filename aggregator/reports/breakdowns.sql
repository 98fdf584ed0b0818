-- Most frequent first, ties by the text; none given comes last of ties.

select
    dimension,
    value,
    cast(sum(times) as bigint) as times,
    cast(sum(successes) as bigint) as successes,
    cast(sum(failures) as bigint) as failures,
    cast(sum(abandoned) as bigint) as abandoned,
    cast(sum(unknown) as bigint) as unknown
from broken_down
group by dimension, value
order by dimension, times desc, value nulls last
