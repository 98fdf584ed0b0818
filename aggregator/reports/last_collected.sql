-- A pass that failed has collected something only if it had stored a part by then.

select epoch_us(arg_max(started_at, collect_run_id))
from collect_runs
where outcome <> 'failed' or json_array_length(projects) > 0
