-- Every row belongs to a project and to a file. A row that several projects share may come from a file
-- of a project that was purged since.

with orphans as (
    select 'skill_usage' as held_in, 'project ' || project_id as missing
    from skill_usage
    anti join projects using (project_id)
    union all
    select 'skill_usage', 'file ' || source_file_id
    from skill_usage
    semi join (select project_id from projects where repository is null and not shares_rows) using (project_id)
    anti join source_files using (source_file_id)
    where source_file_id is not null
    union all
    select 'source_files', 'project ' || project_id
    from source_files
    anti join projects using (project_id)
    union all
    select 'rejected_records', 'file ' || source_file_id
    from rejected_records
    anti join source_files using (source_file_id)
    union all
    select 'agent_recommendations', 'project ' || project_id
    from agent_recommendations
    anti join projects using (project_id)
    union all
    select 'workflow_executions', 'project ' || project_id
    from workflow_executions
    anti join projects using (project_id)
    union all
    select 'workflow_executions', 'file ' || source_file_id
    from workflow_executions
    semi join (select project_id from projects where repository is null and not shares_rows) using (project_id)
    anti join source_files using (source_file_id)
    union all
    select 'recorded_experiments', 'project ' || project_id
    from recorded_experiments
    anti join projects using (project_id)
    union all
    select 'archived_days', 'project ' || project_id
    from archived_days
    anti join projects using (project_id)
    union all
    select 'baseline_counts', 'project ' || project_id
    from baseline_counts
    anti join projects using (project_id)
    where project_id <> '*'
    union all
    select 'baseline_counts', 'baseline ' || baseline
    from baseline_counts
    anti join (select name as baseline from baselines) using (baseline)
    union all
    select 'archived_projects', 'project ' || project_id
    from archived_projects
    anti join projects using (project_id)
    union all
    select 'skill_aggregates', 'project ' || project_id
    from skill_aggregates
    anti join projects using (project_id)
    where
        project_id <> '*'
        and (time_window, window_start, project_id, kind, skill_name) not in (
            select (time_window, window_start, project_id, kind, skill_name) from marked
        )
)

select
    count(*) over () as findings,
    concat(held_in, ' of ', missing) as about,
    concat(count(*), ' rows') as stored,
    'none' as expected
from orphans
group by held_in, missing
order by about
limit $examples;
