-- Stale buckets, which are not checked.

create or replace temp table marked as
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

select time_window, window_start, project_id, kind, skill_name from buckets
union
select time_window, window_start, '*', kind, skill_name from buckets;
