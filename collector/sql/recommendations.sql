-- Optimizer entries are appended once: an entry never changes.

insert into agent_recommendations by name
select
    project_id,
    agent,
    any_value(recommended_at) as recommended_at,
    occurrence,
    any_value(time_basis) as time_basis,
    any_value(metrics_count) as metrics_count,
    any_value(recommendations) as recommendations,
    min(source_file_id) as source_file_id,
    local_time
from staged_recommendations
where not exists (
    select 1
    from agent_recommendations as known
    where known.project_id = staged_recommendations.project_id
        and known.agent = staged_recommendations.agent
        and known.occurrence = staged_recommendations.occurrence
        and known.local_time is not distinct from staged_recommendations.local_time
        and (
            known.local_time is not null
            or known.recommended_at = staged_recommendations.recommended_at
        )
)
group by
    project_id, agent, occurrence, local_time, if(local_time is null, recommended_at, null)
returning source_file_id
