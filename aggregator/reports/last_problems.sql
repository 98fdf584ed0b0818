-- The problems that the last finished run reported.

select unnest(cast(project -> '$.problems' as varchar[]))
from (
    select unnest(cast(projects as json[])) as project
    from collect_runs
    where collect_run_id = $run_id
)
