-- Runs that stored something and did not record an end.

select
    collect_run_id,
    process_id,
    epoch_us(ended_at) as sign_of_life_us,
    exists (
        from collect_runs as later
        where later.collect_run_id > run.collect_run_id and later.process_id = run.process_id
    ) as followed
from collect_runs as run
where outcome = 'running'
