-- The measures of each project as they are stored, all of one grain.

, measured as not materialized (
    select *
    from skill_aggregates
    where time_window = $time_window and project_id <> '*'
)
