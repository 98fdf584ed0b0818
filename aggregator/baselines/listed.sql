-- Every snapshot, the newest first, with how much it holds.

with held as (
    select
        baseline as name,
        count(distinct (kind, skill_name)) as names,
        cast(sum(invocations) as bigint) as invocations
    from baseline_counts
    where project_id <> '*'
    group by baseline
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
