-- Every row in its bucket of one grain; over all projects only those of active ones.

with placed as not materialized (
    select
        case $time_window
            when 'daily' then day
            when 'weekly' then week
            when 'monthly' then month
            else date '1970-01-01'
        end as window_start,
        uses.*
    from uses
    where
        invoked_at <= cast($horizon as timestamptz)
        and (
            not $overall or project_id in (select project_id from projects where is_active)
        )
)
