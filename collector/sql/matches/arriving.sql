-- What the warehouse has of the identities that arrive, where it has any rows of their project: the
-- files next to this one fill ``matches``, each with plain equality on what identifies its rows, so that
-- only the blocks of those times are read.

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

create or replace temp table matches (
    staged_row bigint,
    existing_row bigint,
    existing_day date,
    replaces boolean,
    shared_with varchar[],
    phase varchar,
    names_phase boolean
);
