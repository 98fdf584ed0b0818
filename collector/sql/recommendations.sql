-- Optimizer entries are appended once: an entry never changes.

insert into agent_recommendations
select
    project_id, agent, recommended_at, occurrence, any_value(time_basis),
    any_value(metrics_count), any_value(recommendations), min(source_file_id)
from staged_recommendations
anti join agent_recommendations using (project_id, agent, recommended_at, occurrence)
group by project_id, agent, recommended_at, occurrence
returning source_file_id
