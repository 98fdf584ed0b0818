-- Longer windows from their days: everything adds up but percentiles, and sessions once those are
-- counted once that were there on several days.

, days as not materialized (
    select
        case $time_window
            when 'weekly' then cast(date_trunc('week', window_start) as date)
            when 'monthly' then cast(date_trunc('month', window_start) as date)
            else date '1970-01-01'
        end as bucket_start,
        skill_aggregates.*
    from skill_aggregates
    where
        time_window = 'daily'
        and project_id <> '*'
        and ($since is null or window_start >= $since)
),

again as not materialized (
    select
        case $time_window
            when 'weekly' then cast(date_trunc('week', day) as date)
            when 'monthly' then cast(date_trunc('month', day) as date)
            else date '1970-01-01'
        end as bucket_start,
        session_days.*
    from session_days
    where $since is null or day >= $since
)
