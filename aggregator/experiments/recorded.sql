-- Tests that tools recorded, with their projects, the last ended first.

select
    projects.project_id,
    projects.project_name,
    recorded.experiment,
    recorded.control,
    recorded.treatment,
    recorded.share,
    recorded.least_outcomes,
    recorded.began_on,
    recorded.ended_on,
    cast(recorded.arms as varchar)
from recorded_experiments as recorded
inner join projects using (project_id)
order by recorded.ended_on desc, projects.project_name, recorded.experiment
