-- The rows of every stale bucket of one grain; over all projects only those of active ones.
-- `since` is the first day of the earliest such bucket: a comparison of days costs less than a join.

with placed as not materialized (
    select stale.window_start, uses.*
    from uses
    inner join stale
        on stale.time_window = $time_window
        and stale.overall = $overall
        and stale.window_start = case $time_window
            when 'daily' then uses.day
            when 'weekly' then uses.week
            when 'monthly' then uses.month
            else date '1970-01-01'
        end
        and stale.kind = uses.kind
        and stale.skill_name = uses.skill_name
        and stale.project_id = if($overall, '*', uses.project_id)
    where
        uses.invoked_at <= cast($horizon as timestamptz)
        and ($since is null or uses.day >= $since)
        and (
            not $overall
            or uses.project_id in (select project_id from projects where is_active)
        )
)
