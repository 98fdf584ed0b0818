-- Days add up to every longer window, for each project and over all of them.

with days as (
    select
        case $time_window
            when 'weekly' then cast(date_trunc('week', window_start) as date)
            when 'monthly' then cast(date_trunc('month', window_start) as date)
            else date '1970-01-01'
        end as window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(
            invocations := sum(invocations),
            successes := sum(successes),
            failures := sum(failures),
            abandoned := sum(abandoned),
            unknown := sum(unknown),
            duration_count := sum(duration_count),
            duration_sum_ms := sum(duration_sum_ms),
            quality_count := sum(quality_count),
            quality_sum := sum(quality_sum),
            followup_count := sum(followup_count),
            followup_sum := sum(followup_sum),
            first_used := min(first_used),
            last_used := max(last_used)
        ) as sums
    from skill_aggregates
    where time_window = 'daily'
    group by all
),

longer as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(
            invocations := invocations,
            successes := successes,
            failures := failures,
            abandoned := abandoned,
            unknown := unknown,
            duration_count := duration_count,
            duration_sum_ms := duration_sum_ms,
            quality_count := quality_count,
            quality_sum := quality_sum,
            followup_count := followup_count,
            followup_sum := followup_sum,
            first_used := first_used,
            last_used := last_used
        ) as sums
    from skill_aggregates
    where time_window = $time_window
)

select
    count(*) over () as findings,
    concat_ws(' ', kind, skill_name, $time_window, window_start, 'of', project_id) as about,
    cast(to_json(longer.sums) as varchar) as stored,
    cast(to_json(days.sums) as varchar) as expected
from days
full join longer using (window_start, project_id, kind, skill_name)
where
    days.sums is distinct from longer.sums
    and ($time_window, window_start, project_id, kind, skill_name) not in (
        select (time_window, window_start, project_id, kind, skill_name) from marked
    )
order by about
limit $examples;
