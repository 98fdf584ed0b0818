-- Counts of every name in each of several spans, numbered from 0, from the stored days. A sum as
-- wide as DuckDB makes it takes longer to hand over than to compute.

with spans as (
    select
        unnest(range(len($sinces))) as number,
        unnest(cast($sinces as date[])) as since,
        unnest(cast($untils as date[])) as until
)
select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    number,
    cast(sum(invocations) as bigint),
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint),
    cast(sum(duration_count) as bigint),
    sum(duration_sum_ms)
from skill_aggregates
join spans on window_start between spans.since and spans.until
where
    time_window = 'daily'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and ($name is null or skill_name = $name)
    and project_id between list_min($projects) and list_max($projects)
    and list_contains($projects, project_id)
group by scope, kind, skill_name, number
