select collect_run_id, epoch_us(started_at) from kept.collect_runs order by collect_run_id;
