-- What the last pass had to report, in its own words.

select unnest(cast(project -> '$.problems' as varchar[]))
from (
    select unnest(cast(projects as json[])) as project
    from collect_runs
    where collect_run_id = (select max(collect_run_id) from collect_runs)
)
