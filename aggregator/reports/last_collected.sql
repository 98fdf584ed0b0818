-- A failed run counts only if it had stored something before.

select epoch_us(arg_max(started_at, collect_run_id))
from collect_runs
where outcome <> 'failed' or json_array_length(projects) > 0
