-- Counts of every skill and agent in each of several spans, numbered from 0; of all skills, and of all
-- agents, where $together. Sums are cast to bigint, because fetching DuckDB's 128-bit sums takes longer
-- than computing them.

with spans as (
    select
        unnest(range(len($sinces))) as number,
        unnest(cast($sinces as date[])) as since,
        unnest(cast($untils as date[])) as until
)

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    if($together, '*', skill_name) as name,
    number,
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint),
    cast(sum(duration_count) as bigint),
    sum(duration_sum_ms)
from periods($q)
join spans on period_start between spans.since and spans.until
group by scope, kind, name, number
