-- The uses of a skill or agent by their source and by who began them, and what they cost where
-- that is stated. Archived days no longer tell either.

with counted as (
    select source, trigger, outcome, input_tokens, output_tokens, cache_tokens, total_tokens
    from asked($q)
)

select
    dimension,
    value,
    count(*) as times,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    count(total_tokens) as stated,
    cast(sum(input_tokens) as bigint) as input_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(cache_tokens) as bigint) as cache_tokens,
    cast(sum(total_tokens) as bigint) as total_tokens
from (
    select 'source' as dimension, source as value, * exclude (source, trigger) from counted
    union all
    select 'trigger', trigger, * exclude (source, trigger) from counted
)
group by dimension, value
order by dimension, times desc, value nulls last
