select 1
from collect_runs
where collect_run_id = $id and process_id = $process and started_at = cast($started_at as timestamptz);
