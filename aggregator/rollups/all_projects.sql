-- All active projects together: the sum of the projects' buckets. A session belongs to one project, so
-- sessions add up too. Percentiles do not, and are computed from the rows.

insert into skill_aggregates by name
with sums as (
    select
        window_start,
        kind,
        skill_name,
        sum(columns(added_measures())),
        count(*) as projects,
        min(first_used) as first_used,
        max(last_used) as last_used
    from project_buckets($time_window, $since)
    where project_id in (select project_id from projects where is_active)
    group by window_start, kind, skill_name
),

percentiles as (
    select
        window_start,
        kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from rows_in_buckets($time_window, true, $since, $horizon)
    group by window_start, kind, skill_name
)

select
    $time_window as time_window,
    '*' as project_id,
    sums.*,
    percentiles.found[1] as p50_duration_ms,
    percentiles.found[2] as p95_duration_ms
from sums
inner join percentiles using (window_start, kind, skill_name);
