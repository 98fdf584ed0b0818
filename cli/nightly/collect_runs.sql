-- The runs over all projects since a moment, in the order in which they were stored.

select collect_run_id, epoch_us(started_at), outcome
from collect_runs
where whole and started_at >= cast($since as timestamptz)
order by collect_run_id;
