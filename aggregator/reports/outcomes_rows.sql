-- Outcomes before the day $since_now and from it on.

select
    day >= $since_now as is_now,
    count(*) as total_invocations,
    count(*) filter (outcome = 'success') as successful_completions,
    count(*) filter (outcome <> 'unknown') as known
from asked
group by is_now
