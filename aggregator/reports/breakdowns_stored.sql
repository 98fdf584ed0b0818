-- The stored breakdowns of one name, over the projects asked for.

with broken_down as (
    select *
    from skill_breakdowns
    where
        time_window = $time_window
        and window_start = $window_start
        and ($kind = 'all' or kind = $kind)
        and skill_name = $name
        and project_id between list_min($projects) and list_max($projects)
        and list_contains($projects, project_id)
)

