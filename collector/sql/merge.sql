-- Merges staged rows into skill_usage: one row per invocation, always in its most complete state.
-- The first prepared zone is the reporting zone, see schema/zones.sql.
-- Idempotent and independent of order: of two states of one invocation the more complete one wins,
-- of equally complete ones the one from the newer snapshot, and of equally new ones always that of the
-- same file, the one with the lower number. A phase that only another state names is
-- kept with it: the JSON documents know none. Of two phases it is the first by the alphabet, so that
-- the order of reading does not matter.

-- Two files, or two lines with one key, may describe one invocation: the best state is kept.
-- Hashes find the few candidates; they are never stored.
create or replace temp table repeated_rows as
with hashed as (
    select
        rowid as staged_row,
        hash(
            project_id, kind, skill_name, idempotency_key, occurrence,
            identity_at(idempotency_key, local_time, invoked_at),
            identity_local(idempotency_key, local_time),
            identity_session(idempotency_key, session_id)
        ) as identity_hash
    from staged
)

select staged_row
from hashed
semi join (
    select identity_hash from hashed group by identity_hash having count(*) > 1
) as repeated using (identity_hash);

update staged
set workflow_phase = named.phase
from (
    select
        staged.rowid as staged_row,
        min(workflow_phase) over (
            partition by
                project_id, kind, skill_name, idempotency_key, occurrence,
                identity_at(idempotency_key, local_time, invoked_at),
                identity_local(idempotency_key, local_time),
                identity_session(idempotency_key, session_id)
        ) as phase
    from staged
    where staged.rowid in (select staged_row from repeated_rows)
) as named
where staged.rowid = named.staged_row and staged.workflow_phase is distinct from named.phase;

create or replace temp table superseded_rows as
select staged.rowid as staged_row
from staged
where staged.rowid in (select staged_row from repeated_rows)
qualify row_number() over (
    partition by
        project_id, kind, skill_name, idempotency_key, occurrence,
        identity_at(idempotency_key, local_time, invoked_at),
        identity_local(idempotency_key, local_time),
        identity_session(idempotency_key, session_id)
    order by
        completeness(outcome, duration_ms) desc, snapshot_at desc,
        source_file_id, position desc, staged.rowid desc
) > 1;

-- Records of archived days are in the archive already, up to the latest use that was known when they
-- were archived. Only that time is known, so everything as old is skipped: also a use that is reported
-- so late, and a change. A record that several projects share was archived for one of them.
-- This comes after the best state of each was found, which may be one of that time.
create or replace temp table archived_before as
select distinct holders.project_id, archived_projects.rows_since, archived_projects.known_until
from (
    select project_id, project_id as holder from projects
    union all
    select project_id, other_id from checkouts
) as holders
inner join archived_projects on archived_projects.project_id = holders.holder;

insert into superseded_rows
select distinct staged.rowid
from staged
inner join archived_before
    on archived_before.project_id = staged.project_id
    and archived_before.known_until >= staged.invoked_at
where cast(zone_clock(1, staged.invoked_at) as date) < archived_before.rows_since
and staged.rowid not in (select staged_row from superseded_rows);

-- What a copy holds of days that are archived for the other project.
insert into superseded_rows
select distinct staged.rowid
from staged
inner join shared_runs as runs
    on runs.source_file_id = staged.source_file_id
    and staged.invoked_at <= runs.until
inner join archived_projects as archived
    on archived.project_id = runs.other_id
    and archived.known_until >= staged.invoked_at
where cast(zone_clock(1, staged.invoked_at) as date) < archived.rows_since
and staged.rowid not in (select staged_row from superseded_rows);

create or replace temp table known_projects as
select distinct project_id from staged
semi join skill_usage using (project_id);

create or replace temp macro replaces(staged, existing) as
(
    completeness(staged.outcome, staged.duration_ms), staged.snapshot_at, -staged.source_file_id
) >= (
    completeness(existing.outcome, existing.duration_ms), existing.snapshot_at,
    -existing.source_file_id
)
and (
    existing.invoked_at, existing.local_time, existing.session_id, existing.outcome, existing.duration_ms,
    existing.followup_actions, existing.followup_names, existing.quality_score,
    existing.workflow_path, existing.error_type, existing.alternatives_considered,
    existing.selection_rank
) is distinct from (
    staged.invoked_at, staged.local_time, staged.session_id, staged.outcome, staged.duration_ms,
    staged.followup_actions, staged.followup_names, staged.quality_score,
    staged.workflow_path, staged.error_type, staged.alternatives_considered,
    staged.selection_rank
);

create or replace temp view arriving as
select rowid as staged_row, * from staged
where project_id in (from known_projects) and rowid not in (from superseded_rows);

-- What the warehouse has of the identities that arrive, where it has any rows of their project. In
-- three joins: with plain equality on time only the blocks of those times are read.
create or replace temp table matches as
select
    arriving.staged_row,
    existing.rowid as existing_row,
    existing.day as existing_day,
    replaces(arriving, existing) as replaces,
    existing.shared_with,
    least(existing.workflow_phase, arriving.workflow_phase) as phase,
    phase is distinct from existing.workflow_phase as names_phase
from arriving
inner join skill_usage as existing
    on existing.invoked_at = arriving.invoked_at
    and existing.project_id = arriving.project_id
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
    and existing.session_id is not distinct from arriving.session_id
where
    arriving.idempotency_key is null
    and existing.idempotency_key is null
    and arriving.local_time is null
    and existing.local_time is null
union all
select
    arriving.staged_row,
    existing.rowid as existing_row,
    existing.day as existing_day,
    replaces(arriving, existing) as replaces,
    existing.shared_with,
    least(existing.workflow_phase, arriving.workflow_phase) as phase,
    phase is distinct from existing.workflow_phase as names_phase
from arriving
inner join skill_usage as existing
    on existing.local_time = arriving.local_time
    and existing.project_id = arriving.project_id
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
    and existing.session_id is not distinct from arriving.session_id
where arriving.idempotency_key is null and existing.idempotency_key is null
union all
select
    arriving.staged_row,
    existing.rowid as existing_row,
    existing.day as existing_day,
    replaces(arriving, existing) as replaces,
    existing.shared_with,
    least(existing.workflow_phase, arriving.workflow_phase) as phase,
    phase is distinct from existing.workflow_phase as names_phase
from arriving
inner join skill_usage as existing
    on existing.idempotency_key = arriving.idempotency_key
    and existing.project_id = arriving.project_id
    and existing.kind = arriving.kind
    and existing.skill_name = arriving.skill_name
    and existing.occurrence = arriving.occurrence
where existing.source_file_id is not null;

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
