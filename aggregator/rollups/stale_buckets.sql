-- What a refresh computes for one grain: the rows of the stale buckets, and the project buckets that a
-- stale bucket of all projects is the sum of. `first_day` is the start of the earliest such bucket
-- (null for all time): comparing days takes less time than a join. All time are all rows: most skills
-- were used, and finding their rows takes as long as computing the others as well.

create or replace temp macro rows_in_buckets(grain, all_projects, first_day, latest) as table
select stale.window_start, invocations.*
from invocations
inner join stale
    on stale.time_window = grain
    and stale.overall = all_projects
    and stale.window_start = case grain
        when 'daily' then invocations.day
        when 'weekly' then invocations.week
        when 'monthly' then invocations.month
    end
    and stale.kind = invocations.kind
    and stale.skill_name = invocations.skill_name
    and stale.project_id = if(all_projects, '*', invocations.project_id)
where
    grain <> 'all'
    and invocations.invoked_at <= cast(latest as timestamptz)
    and (first_day is null or invocations.day >= first_day)
    and (
        not all_projects
        or invocations.project_id in (select project_id from projects where is_active)
    )

union all

select date '1970-01-01', invocations.*
from invocations
where
    grain = 'all'
    and invoked_at <= cast(latest as timestamptz)
    and (not all_projects or project_id in (select project_id from projects where is_active));

create or replace temp macro project_buckets(grain, first_day) as table
select skill_aggregates.*
from skill_aggregates
semi join (
    select window_start, kind, skill_name
    from stale
    where time_window = grain and overall
) using (window_start, kind, skill_name)
where
    time_window = grain
    and project_id <> '*'
    and (first_day is null or window_start >= first_day);
