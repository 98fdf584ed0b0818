-- A baseline's counts of each skill and agent, in each project and in all of them together ('*').

select
    project_id,
    kind,
    skill_name,
    days_used,
    p50_duration_ms,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms
from baseline_counts
where baseline = $baseline
order by kind, skill_name, project_id
