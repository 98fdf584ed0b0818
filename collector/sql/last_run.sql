select max(collect_run_id) from collect_runs;
