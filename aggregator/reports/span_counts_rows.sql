, spans as (
    select
        unnest(range(len($sinces))) as number,
        unnest(cast($sinces as date[])) as since,
        unnest(cast($untils as date[])) as until
),
days as (
    select
        if($by = 'project', project_id, '*') as scope,
        kind,
        skill_name,
        day,
        count(*) as invocations,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown,
        count(duration_ms) as duration_count,
        coalesce(sum(duration_ms), 0) as duration_sum_ms
    from asked
    group by scope, kind, skill_name, day
)
select
    scope,
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
from days
join spans on day between spans.since and spans.until
group by scope, kind, skill_name, number
