-- The measures of each project as they are stored, for the stale buckets over all of them.

, measured as not materialized (
    select skill_aggregates.*
    from skill_aggregates
    semi join (
        select window_start, kind, skill_name
        from stale
        where time_window = $time_window and overall
    ) using (window_start, kind, skill_name)
    where
        time_window = $time_window
        and project_id <> '*'
        and ($since is null or window_start >= $since)
)
