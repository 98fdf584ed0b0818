-- The pass itself, and when each of its projects was last synced.

update projects
set last_sync_at = cast($now as timestamptz)
where project_id in (select unnest($synced));

delete from collect_runs where collect_run_id = $collect_run_id;

insert into collect_runs
values ($collect_run_id, cast($now as timestamptz), now(), $outcome, $projects);
