-- The workflow paths of a bucket add up to its uses, for every bucket with stored breakdowns.

with paths as (
    select
        time_window,
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(
            invocations := sum(times),
            successes := sum(successes),
            failures := sum(failures),
            abandoned := sum(abandoned),
            unknown := sum(unknown)
        ) as sums
    from skill_breakdowns
    where dimension = 'path'
    group by all
),

buckets as (
    select
        time_window,
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(
            invocations := invocations,
            successes := successes,
            failures := failures,
            abandoned := abandoned,
            unknown := unknown
        ) as sums
    from skill_aggregates
    where project_id = '*' or time_window in ('monthly', 'all')
)

select
    count(*) over () as findings,
    concat_ws(' ', kind, skill_name, time_window, window_start, 'of', project_id) as about,
    cast(to_json(paths.sums) as varchar) as stored,
    cast(to_json(buckets.sums) as varchar) as expected
from paths
full join buckets using (time_window, window_start, project_id, kind, skill_name)
where
    paths.sums is distinct from buckets.sums
    and (time_window, window_start, project_id, kind, skill_name) not in (
        select (time_window, window_start, project_id, kind, skill_name) from marked
    )
order by about
limit $examples;
