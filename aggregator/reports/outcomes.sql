-- Outcomes of one name before the day $since_now and from it on.

select
    period_start >= $since_now as is_now,
    cast(sum(invocations) as bigint) as total_invocations,
    cast(sum(successes) as bigint) as successful_completions,
    cast(sum(successes + failures + abandoned) as bigint) as known
from periods($q)
group by is_now
