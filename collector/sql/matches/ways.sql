-- By what the rows that arrive are identified: the names of the files next to this one that are needed.

select distinct
    case
        when idempotency_key is not null then 'by_key'
        when local_time is not null then 'by_local_time'
        else 'by_instant'
    end as way
from staged
where exists (from known_projects)
order by way;
