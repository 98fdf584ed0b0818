-- Days add up to every longer window, for each project and over all of them.

with added as (
    select
        case $time_window
            when 'weekly' then cast(date_trunc('week', window_start) as date)
            when 'monthly' then cast(date_trunc('month', window_start) as date)
            else date '1970-01-01'
        end as window_start,
        project_id,
        kind,
        skill_name,
        sum(columns(added_measures())),
        min(first_used) as first_used,
        max(last_used) as last_used
    from skill_aggregates
    where time_window = 'daily'
    group by all
),

days as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(*columns(* exclude (window_start, project_id, kind, skill_name, sessions))) as sums
    from added
),

longer as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(*columns([each for each in added_measures() if each <> 'sessions']), first_used, last_used) as sums
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
