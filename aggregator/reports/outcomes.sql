-- Outcomes of one skill or agent before the day $since_now, and since.

select
    period_start >= $since_now as is_now,
    cast(sum(successes) as bigint) as successes,
    cast(sum(failures) as bigint) as failures,
    cast(sum(abandoned) as bigint) as abandoned,
    cast(sum(unknown) as bigint) as unknown
from periods($q)
group by is_now
