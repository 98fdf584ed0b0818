-- The active projects add up to all of them.

with summed as (
    select
        time_window,
        window_start,
        kind,
        skill_name,
        sum(columns(added_measures())),
        count(*) as projects,
        min(first_used) as first_used,
        max(last_used) as last_used
    from skill_aggregates
    semi join (select project_id from projects where is_active) using (project_id)
    group by all
),

added as (
    select
        time_window,
        window_start,
        kind,
        skill_name,
        struct_pack(*columns(* exclude (time_window, window_start, kind, skill_name))) as sums
    from summed
),

together as (
    select
        time_window,
        window_start,
        kind,
        skill_name,
        struct_pack(*columns(added_measures()), projects, first_used, last_used) as sums
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
