-- The stored days that a question is about, and the sessions that were there on several of them.

, days as not materialized (
    select date '1970-01-01' as bucket_start, *
    from skill_aggregates
    where
        time_window = 'daily'
        and ($since is null or window_start >= $since)
        and ($until is null or window_start <= $until)
        and ($kind = 'all' or kind = $kind)
        and ($name is null or skill_name = $name)
        and project_id between list_min($projects) and list_max($projects)
        and list_contains($projects, project_id)
),

again as not materialized (
    select date '1970-01-01' as bucket_start, *
    from session_days
    where
        ($since is null or day >= $since)
        and ($until is null or day <= $until)
        and ($kind = 'all' or kind = $kind)
        and ($name is null or skill_name = $name)
        and project_id between list_min($projects) and list_max($projects)
        and list_contains($projects, project_id)
)
