-- The last run, the last successful one, the last successful one of all projects, and the last failed
-- one. Last means written last, because the clock may have been wrong.

with known as (
    select
        collect_run_id,
        trigger,
        epoch_us(started_at) as started_us,
        case
            when list_contains(cast($interrupted as bigint[]), collect_run_id) then 'interrupted'
            else outcome
        end as outcome,
        error,
        whole
    from collect_runs
),
noted as (
    select
        max(collect_run_id) as last,
        max(collect_run_id) filter (where outcome in ('done', 'problems')) as ended,
        max(collect_run_id) filter (where whole and outcome in ('done', 'problems')) as success,
        max(collect_run_id) filter (where outcome in ('failed', 'interrupted')) as failure
    from known
)
select note, known.*
from (unpivot noted on columns(*) into name note value run_id)
join known on known.collect_run_id = run_id
