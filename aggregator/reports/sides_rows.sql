, each as (
    select
        project_id,
        kind,
        skill_name,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome <> 'unknown') as known
    from asked
    group by project_id, kind, skill_name
)
