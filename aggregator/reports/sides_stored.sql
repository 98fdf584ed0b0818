-- Known outcomes of every name in each project, from the stored days.

with each as (
    select
        project_id,
        kind,
        skill_name,
        sum(successes) as successes,
        sum(successes + failures + abandoned) as known
    from skill_aggregates
    where
        time_window = 'daily'
        and window_start between $since and $until
        and ($kind = 'all' or kind = $kind)
        and project_id between list_min($projects) and list_max($projects)
        and list_contains($projects, project_id)
    group by project_id, kind, skill_name
)
