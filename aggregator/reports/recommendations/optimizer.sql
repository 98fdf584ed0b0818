-- The latest entry of an optimizer about each agent of each project.

select project_id, agent, epoch_us(recommended_at), metrics_count, cast(recommendations as varchar)
from agent_recommendations
where
    recommended_at <= cast($horizon as timestamptz)
    and list_contains($projects, project_id)
qualify
    row_number() over (
        partition by project_id, agent
        order by recommended_at desc, occurrence desc
    ) = 1
order by recommended_at desc, project_id, agent
