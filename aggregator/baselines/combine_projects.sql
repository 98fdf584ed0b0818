-- A baseline's counts of each skill and agent, over some of its projects together. Counts add up, days
-- are united; the median is known only for one project and for all.

with per_project as (
    select *
    from baseline_counts
    where baseline = $baseline and list_contains($projects, project_id)
),

added as (
    select
        kind,
        skill_name,
        bit_or(days_used) as days_used,
        if(count(*) = 1, min(p50_duration_ms), null) as p50_duration_ms,
        cast(sum(successes) as bigint) as successes,
        cast(sum(failures) as bigint) as failures,
        cast(sum(abandoned) as bigint) as abandoned,
        cast(sum(unknown) as bigint) as unknown,
        cast(sum(duration_count) as bigint) as duration_count,
        sum(duration_sum_ms) as duration_sum_ms
    from per_project
    group by kind, skill_name
),

whole as (
    select kind, skill_name, p50_duration_ms as p50_of_all
    from baseline_counts
    where baseline = $baseline and project_id = '*' and $everything
)

select
    kind,
    skill_name,
    days_used,
    coalesce(p50_of_all, p50_duration_ms),
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms
from added
left join whole using (kind, skill_name)
order by kind, skill_name
