-- The active projects add up to all of them.

with added as (
    select
        time_window,
        window_start,
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
            sessions := sum(sessions),
            projects := count(*),
            first_used := min(first_used),
            last_used := max(last_used)
        ) as sums
    from skill_aggregates
    semi join (select project_id from projects where is_active) using (project_id)
    group by all
),

together as (
    select
        time_window,
        window_start,
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
            sessions := sessions,
            projects := projects,
            first_used := first_used,
            last_used := last_used
        ) as sums
    from skill_aggregates
    where project_id = '*'
)

select
    count(*) over () as findings,
    concat_ws(' ', kind, skill_name, time_window, window_start) as about,
    cast(to_json(together.sums) as varchar) as stored,
    cast(to_json(added.sums) as varchar) as expected
from added
full join together using (time_window, window_start, kind, skill_name)
where
    added.sums is distinct from together.sums
    and (time_window, window_start, '*', kind, skill_name) not in (
        select (time_window, window_start, project_id, kind, skill_name) from marked
    )
order by about
limit $examples;
