-- Every baseline, newest first, with how much it holds.

with names as (
    select baseline as name, kind, skill_name, sum(invocations) as invocations
    from baseline_counts
    where project_id <> '*'
    group by baseline, kind, skill_name
),

held as (
    select name, count(*) as names, cast(sum(invocations) as bigint) as invocations
    from names
    group by name
)

select
    baselines.name,
    epoch_us(created_at),
    timezone,
    since,
    until,
    projects,
    coalesce(names, 0),
    coalesce(invocations, 0)
from baselines
left join held using (name)
order by created_at desc, baselines.name
