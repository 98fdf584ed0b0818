-- A run that failed: update the row that its first batch stored, or else insert one.

update collect_runs
set
    ended_at = cast($ended_at as timestamptz),
    outcome = 'failed',
    error = $error
where started_at = cast($started_at as timestamptz) and trigger = $trigger;

insert into collect_runs by name
select
    coalesce((select max(collect_run_id) from collect_runs), 0) + 1 as collect_run_id,
    cast($started_at as timestamptz) as started_at,
    cast($ended_at as timestamptz) as ended_at,
    'failed' as outcome,
    '[]' as projects,
    $trigger as trigger,
    $error as error,
    $whole as whole,
    $process_id as process_id
where not exists (
    from collect_runs
    where started_at = cast($started_at as timestamptz) and trigger = $trigger
);
