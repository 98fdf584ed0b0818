-- What a rebuild computes for one grain: the rows of every bucket since `first_day` (null: all), and each
-- project's stored buckets.
-- Only active projects count towards all projects.

create or replace temp macro rows_in_buckets(grain, all_projects, first_day, latest) as table
select
    case grain
        when 'daily' then day
        when 'weekly' then week
        when 'monthly' then month
        else date '1970-01-01'
    end as window_start,
    invocations.*
from invocations
where
    invoked_at <= cast(latest as timestamptz)
    and (first_day is null or day >= first_day)
    and (not all_projects or project_id in (select project_id from projects where is_active));

create or replace temp macro rows_to_break_down(grain, all_projects, first_day, latest) as table
from rows_in_buckets(grain, all_projects, first_day, latest);

create or replace temp macro project_buckets(grain, first_day) as table
select *
from skill_aggregates
where time_window = grain and project_id <> '*';
