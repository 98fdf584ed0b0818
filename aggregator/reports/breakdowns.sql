-- How often workflow paths, errors and follow-up actions were recorded of one name.

select
    dimension,
    value,
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint)
from breakdowns($q)
group by dimension, value
