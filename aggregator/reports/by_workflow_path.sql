select
    workflow_path,
    count(*) as total_invocations,
    count(*) filter (outcome = 'success') as successful_completions,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown
from asked
group by workflow_path
order by total_invocations desc, workflow_path nulls last
