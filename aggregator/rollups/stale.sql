-- All buckets that dirty marks make stale: four grains, for the project and for all projects.

create or replace temp table stale as
with marks as (
    select distinct project_id, kind, skill_name, day from dirty_buckets
),

buckets as (
    select 'daily' as time_window, day as window_start, project_id, kind, skill_name from marks
    union
    select 'weekly', cast(date_trunc('week', day) as date), project_id, kind, skill_name from marks
    union
    select 'monthly', cast(date_trunc('month', day) as date), project_id, kind, skill_name
    from marks
    union
    select 'all', date '1970-01-01', project_id, kind, skill_name from marks
)

select time_window, window_start, project_id, kind, skill_name, false as overall from buckets
union
select time_window, window_start, '*', kind, skill_name, true from buckets;

delete from skill_aggregates
using stale
where
    skill_aggregates.time_window = stale.time_window
    and skill_aggregates.window_start = stale.window_start
    and skill_aggregates.project_id = stale.project_id
    and skill_aggregates.kind = stale.kind
    and skill_aggregates.skill_name = stale.skill_name;

delete from skill_breakdowns
using stale
where
    skill_breakdowns.time_window = stale.time_window
    and skill_breakdowns.window_start = stale.window_start
    and skill_breakdowns.project_id = stale.project_id
    and skill_breakdowns.kind = stale.kind
    and skill_breakdowns.skill_name = stale.skill_name;
