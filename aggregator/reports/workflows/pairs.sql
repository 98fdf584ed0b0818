-- Which uses were part of which execution: by the session, if it has the workflow's name, otherwise by
-- project and time, if only one execution matches. A use that matches several is 'doubtful' for each
-- of them. Archived days are left out, because they do not keep times and sessions of uses.

with executions as (
    select
        unnest(cast($numbers as bigint[])) as execution,
        unnest(cast($workflow_ids as varchar[])) as workflow_id
),

windows as (
    select
        unnest(cast($window_numbers as bigint[])) as execution,
        unnest(cast($window_projects as varchar[])) as project_id,
        make_timestamptz(unnest(cast($window_starts as bigint[]))) as begins,
        make_timestamptz(unnest(cast($window_ends as bigint[]))) as ends
),

candidates as (
    select row_number() over () as use, project_id, kind, skill_name, invoked_at, session_id
    from skill_usage
    where
        invoked_at <= cast($horizon as timestamptz)
        and counted
        and ($kind = 'all' or kind = $kind)
        and (
            session_id in (select workflow_id from executions)
            or (
                project_id in (select project_id from windows)
                and invoked_at between (select min(begins) from windows)
                and (select max(ends) from windows)
            )
        )
),

by_session as (
    select use, kind, skill_name, execution
    from candidates
    join executions on session_id = workflow_id
),

by_time as (
    select use, kind, skill_name, execution
    from candidates
    join windows on
        candidates.project_id = windows.project_id
        and invoked_at between begins and ends
    where use not in (select use from by_session)
),

claims as (
    select *, 'session' as how, count(*) over (partition by use) as claimed from by_session
    union all
    select *, 'time' as how, count(*) over (partition by use) as claimed from by_time
)

select
    execution,
    kind,
    skill_name,
    if(claimed = 1, how, 'doubtful') as paired,
    count(*)
from claims
group by execution, kind, skill_name, paired
order by execution, kind, skill_name, paired
