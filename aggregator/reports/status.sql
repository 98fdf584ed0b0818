select
    (select epoch_us(max(started_at)) from collect_runs) as last_collect_us,
    (select arg_max(outcome, collect_run_id) from collect_runs) as last_outcome,
    (select count(*) from skill_usage) as row_count,
    (select coalesce(sum(rejected), 0) from source_files) as rejected,
    (select count(*) from (select distinct * from dirty_buckets)) as stale
