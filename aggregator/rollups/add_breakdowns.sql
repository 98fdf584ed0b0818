-- Breakdowns of a longer window, or of all active projects, as the sum of the breakdowns of its parts.
-- A refresh writes stale buckets only, a rebuild all of them.

insert into skill_breakdowns
with parts as (
    select
        case $time_window
            when 'weekly' then cast(date_trunc('week', window_start) as date)
            when 'monthly' then window_start
            else date '1970-01-01'
        end as target_start,
        if($overall, '*', project_id) as target_id,
        skill_breakdowns.*
    from skill_breakdowns
    where
        time_window = $part_window
        and (project_id = '*') = $part_overall
        and (
            $part_overall
            or not $overall
            or project_id in (select project_id from projects where is_active)
        )
)

select
    $time_window as time_window,
    target_start as window_start,
    target_id as project_id,
    kind,
    skill_name,
    dimension,
    value,
    cast(sum(times) as bigint) as times,
    cast(sum(successes) as bigint) as successes,
    cast(sum(failures) as bigint) as failures,
    cast(sum(abandoned) as bigint) as abandoned,
    cast(sum(unknown) as bigint) as unknown
from parts
where
    $everything
    or (target_start, target_id, kind, skill_name) in (
        select (window_start, project_id, kind, skill_name)
        from stale
        where time_window = $time_window and overall = $overall
    )
group by target_start, target_id, kind, skill_name, dimension, value;
