-- A project and all that was ever stored of it. Its marks stay: the rollups must let it go too.

delete from skill_usage where project_id = $id;

delete from archived_days where project_id = $id;

delete from archived_projects where project_id = $id;

delete from agent_recommendations where project_id = $id;

delete from workflow_executions where project_id = $id;

delete from recorded_experiments where project_id = $id;

delete from rejected_records where project_id = $id;

delete from source_files where project_id = $id;

delete from skill_files where project_id = $id;

delete from skill_scans where project_id = $id;

delete from skill_texts where digest not in (select digest from skill_files);

delete from skill_vectors where digest not in (select digest from skill_texts);

-- Baselines lose its part: sums over all projects that it was part of go with it, what is left adds
-- up to the rest.
delete from baseline_counts
where
    project_id = '*'
    and (baseline, kind, skill_name) in (
        select (baseline, kind, skill_name) from baseline_counts where project_id = $id
    );

delete from baseline_counts where project_id = $id;

update baselines
set projects = list_filter(projects, lambda each: each <> $id)
where list_contains(projects, $id);

-- The records of runs name their projects: this one is removed from them.
update collect_runs
set projects = to_json(
    list_filter(cast(projects as json[]), lambda entry: entry ->> 'project_id' <> $id)
)
where contains(cast(projects as varchar), $id);

-- Verdicts are found again by the next refresh.
delete from stored_verdicts;

delete from verdict_basis;
