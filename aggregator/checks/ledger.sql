-- A project holds as many rows and archived uses as its collect runs inserted, transcripts excluded.
-- Skipped where rows may have moved to another project that shares them, or where a project was
-- registered again.

with inserted as (
    select
        entry ->> 'project_id' as project_id,
        collect_runs.started_at,
        cast(entry ->> 'inserted' as bigint) as number,
        coalesce(cast(entry ->> 'transcripts_inserted' as bigint), 0) > 0 as has_transcripts
    from collect_runs, unnest(cast(projects as json[])) as listed (entry)
),

-- Rows that an upgrade merged because they were stored twice.
made_one as (
    select
        project_id, coalesce(cast(cast(settings.value as json) ->> project_id as bigint), 0) as number
    from projects
    left join settings on settings.key = 'rows_made_one'
),

expected as (
    select
        projects.project_id,
        coalesce(sum(inserted.number), 0) - any_value(made_one.number) as ever,
        coalesce(sum(inserted.number) filter (inserted.started_at >= projects.registered_at), 0)
            - any_value(made_one.number) as since
    from projects
    inner join made_one on made_one.project_id = projects.project_id
    left join inserted on inserted.project_id = projects.project_id
    where
        projects.repository is null
        and not projects.shares_rows
        -- Archived days do not tell which of their uses are a transcript's.
        and not (
            projects.project_id in (select project_id from archived_projects)
            and projects.project_id in (
                select project_id from inserted where has_transcripts
            )
        )
    group by projects.project_id
),

held as (
    select project_id, sum(number) as number
    from (
        select project_id, 1 as number from skill_usage where source_file_id is not null
        union all
        select project_id, 1 from agent_recommendations
        union all
        select project_id, 1 from workflow_executions
        union all
        select project_id, successes + failures + abandoned + unknown from archived_days
    )
    group by project_id
)

select
    count(*) over () as findings,
    concat('project ', project_id) as about,
    concat(coalesce(held.number, 0), ' rows') as stored,
    concat(expected.ever, ' rows') as expected
from expected
left join held using (project_id)
where coalesce(held.number, 0) not in (expected.ever, expected.since)
order by about
limit $examples;
