-- Merges staged rows into skill_usage: one row per invocation, always in its most complete state.
-- Idempotent and independent of order: of two states of one invocation the more complete one wins,
-- of equally complete ones the one from the newer snapshot, and of equally new ones always that of the
-- same file, the one with the lower number. `$changes` is the view of changes.sql or a table of its rows.

create or replace temp table change_counts as
select
    source_file_id,
    count(*) filter (is_new) as inserted,
    count(*) filter (not is_new) as updated
from (
    select source_file_id, existing_row is null and not was_stored as is_new
    from query_table($changes)
    union all
    select staged.source_file_id, false
    from matches
    inner join staged on staged.rowid = matches.staged_row
    where matches.names_phase and not matches.replaces
) as changed
-- A stored row that only got another key counts for no file of this run.
where source_file_id in (select source_file_id from staged_files)
group by source_file_id;

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day
    from query_table($changes)
    union all
    select staged.project_id, staged.kind, staged.skill_name, matches.existing_day
    from matches
    inner join staged on staged.rowid = matches.staged_row
    where matches.replaces
) as marked
anti join dirty_buckets using (project_id, kind, skill_name, day);

update skill_usage
set workflow_phase = matches.phase, collect_run_id = $collect_run_id
from matches
where skill_usage.rowid = matches.existing_row and matches.names_phase and not matches.replaces;

insert into skill_usage by name
select
    changes.* exclude (existing_row, existing_day, was_stored),
    $collect_run_id as collect_run_id,
    cast(date_trunc('week', day) as date) as week,
    cast(date_trunc('month', day) as date) as month,
    coalesce(nullif(staged_files.source, ''), source_files.source) as source,
    true as counted
from query_table($changes) as changes
left join staged_files on staged_files.source_file_id = changes.source_file_id
left join source_files on source_files.source_file_id = changes.source_file_id;

delete from skill_usage
where rowid in (select existing_row from matches where replaces);

drop table if exists few_changes;
