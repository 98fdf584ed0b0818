-- The largest number of sources that recorded skills, or agents, in the days of a question.

select max(sources)
from (
    select count(distinct source) as sources
    from asked($q)
    group by kind
)
