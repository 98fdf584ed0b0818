-- The uses of every skill and agent by the source that recorded them and by who began them. Archived
-- days tell neither.

with counted as (
    select kind, skill_name, source, trigger, outcome, total_tokens
    from asked($q)
)

select
    kind,
    skill_name,
    dimension,
    value,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown,
    cast(sum(total_tokens) as bigint) as total_tokens
from (
    select 'source' as dimension, source as value, * exclude (source, trigger) from counted
    union all
    select 'trigger', trigger, * exclude (source, trigger) from counted
)
group by kind, skill_name, dimension, value
order by kind, skill_name, dimension, count(*) desc, value nulls last
