-- The run's own record, and when each of its projects was last synced.

update projects
set last_sync_at = cast($now as timestamptz)
where project_id in (select unnest($synced));

delete from collect_runs where collect_run_id = $collect_run_id;

insert into collect_runs by name
select
    $collect_run_id as collect_run_id,
    cast($now as timestamptz) as started_at,
    cast($ended_at as timestamptz) as ended_at,
    $outcome as outcome,
    $projects as projects,
    $trigger as trigger,
    $whole as whole,
    $process_id as process_id,
    $transcripts as transcripts;
