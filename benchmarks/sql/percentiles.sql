-- Exact all-time percentiles of every skill and agent, to check the answers.

select
    kind,
    skill_name,
    quantile_cont(cast(duration_ms as double), 0.5) as p50,
    quantile_cont(cast(duration_ms as double), 0.95) as p95
from skill_usage
where duration_ms is not null
group by kind, skill_name
