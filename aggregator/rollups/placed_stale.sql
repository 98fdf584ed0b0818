-- The rows of every stale bucket of one grain; over all projects only those of active ones.
-- `since` is the first day of the earliest such bucket: a comparison of days costs less than a join.

with placed as not materialized (
    select stale.window_start, skill_usage.*
    from skill_usage
    inner join stale
        on stale.time_window = $time_window
        and stale.overall = $overall
        and stale.window_start = case $time_window
            when 'daily' then skill_usage.day
            when 'weekly' then skill_usage.week
            when 'monthly' then skill_usage.month
            else date '1970-01-01'
        end
        and stale.kind = skill_usage.kind
        and stale.skill_name = skill_usage.skill_name
        and stale.project_id = if($overall, '*', skill_usage.project_id)
    where
        skill_usage.invoked_at <= cast($horizon as timestamptz)
        and ($since is null or skill_usage.day >= $since)
        and (
            not $overall
            or skill_usage.project_id in (select project_id from projects where is_active)
        )
)
