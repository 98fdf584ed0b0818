-- Merges staged rows into skill_usage: one row per invocation, always in its most complete state.
-- The first prepared zone is the reporting zone, see schema/zones.sql.
-- Idempotent and independent of order: of two states of one invocation the more complete one wins,
-- of equally complete ones the one from the newer snapshot, and of equally new ones always that of the
-- same file, the one with the lower number. A phase that only another state names is
-- kept with it: the JSON documents know none. Of two phases it is the first by the alphabet, so that
-- the order of reading does not matter.

create or replace temp view changes as
select
    staged.* exclude (
        position, chunk_number, irregular, placeholder, unfinished, workflow_phase, shared_with
    ),
    coalesce(matches.phase, staged.workflow_phase) as workflow_phase,
    coalesce(staged.shared_with, matches.shared_with) as shared_with,
    matches.existing_row,
    matches.existing_day,
    staged.rowid in (from rekeyed_rows) as was_stored,
    cast(zone_clock(1, staged.invoked_at) as date) as day
from staged
left join matches on matches.staged_row = staged.rowid
where
    staged.rowid not in (from superseded_rows)
    and (matches.staged_row is null or matches.replaces);

create or replace temp table change_counts as
select
    source_file_id,
    count(*) filter (is_new) as inserted,
    count(*) filter (not is_new) as updated
from (
    select source_file_id, existing_row is null and not was_stored as is_new from changes
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
    select project_id, kind, skill_name, day from changes
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
from changes
left join staged_files on staged_files.source_file_id = changes.source_file_id
left join source_files on source_files.source_file_id = changes.source_file_id;

delete from skill_usage
where rowid in (select existing_row from matches where replaces);
