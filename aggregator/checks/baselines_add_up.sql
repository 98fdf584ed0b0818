-- A baseline's counts of all its projects together are the sum of those of each project.

with added as (
    select
        baseline,
        kind,
        skill_name,
        struct_pack(
            days_used := cast(bit_or(days_used) as varchar),
            invocations := sum(invocations),
            successes := sum(successes),
            failures := sum(failures),
            abandoned := sum(abandoned),
            unknown := sum(unknown),
            duration_count := sum(duration_count),
            duration_sum_ms := sum(duration_sum_ms)
        ) as sums
    from baseline_counts
    where project_id <> '*'
    group by all
),

together as (
    select
        baseline,
        kind,
        skill_name,
        struct_pack(
            days_used := cast(days_used as varchar),
            invocations := invocations,
            successes := successes,
            failures := failures,
            abandoned := abandoned,
            unknown := unknown,
            duration_count := duration_count,
            duration_sum_ms := duration_sum_ms
        ) as sums
    from baseline_counts
    where project_id = '*'
)

-- After a project was purged there is nothing to compare the sum with; such baselines are skipped.
select
    count(*) over () as findings,
    concat_ws(' ', kind, skill_name, 'of the baseline', baseline) as about,
    cast(to_json(together.sums) as varchar) as stored,
    cast(to_json(added.sums) as varchar) as expected
from together
left join added using (baseline, kind, skill_name)
where together.sums is distinct from added.sums
order by about
limit $examples;
