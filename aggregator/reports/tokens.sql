-- What the runs of each agent cost, over those whose transcripts state it.

select
    skill_name,
    count(*),
    cast(sum(input_tokens) as bigint),
    cast(sum(output_tokens) as bigint),
    cast(sum(cache_tokens) as bigint),
    cast(sum(total_tokens) as bigint)
from asked($q)
where kind = 'agent' and total_tokens is not null
group by skill_name
