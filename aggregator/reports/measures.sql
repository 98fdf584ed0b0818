-- All measures of a span that is not a stored bucket, by group (`$grouped_by`: all projects together, each
-- project, each project type, or `$groups`, in several of which a project may be), kind and name. Percentiles do not add up over days or projects and
-- come from the rows. Times are returned as microseconds since 1970, because time objects need pytz.

with scopes as (
    select
        project_id,
        case $grouped_by
            when 'project' then project_id
            when 'type' then coalesce(project_type, '')
            else '*'
        end as scope
    from projects
    where $grouped_by <> 'groups'
    union all
    select each.project_id, each.scope
    from (select unnest(cast($groups as struct(project_id varchar, scope varchar)[])) as each)
),

added as (
    select
        project_id,
        kind,
        skill_name,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(abandoned) as abandoned,
        sum(unknown) as unknown,
        sum(duration_count) as duration_count,
        sum(duration_sum_ms) as duration_sum_ms,
        sum(quality_count) as quality_count,
        sum(quality_sum) as quality_sum,
        sum(followup_count) as followup_count,
        sum(followup_sum) as followup_sum,
        sum(sessions) as sessions,
        min(first_used) as first_used,
        max(last_used) as last_used
    from periods($q)
    group by project_id, kind, skill_name
),

sums as (
    select
        scopes.scope,
        added.kind,
        added.skill_name,
        cast(sum(successes) as bigint) as successes,
        cast(sum(failures) as bigint) as failures,
        cast(sum(abandoned) as bigint) as abandoned,
        cast(sum(unknown) as bigint) as unknown,
        cast(sum(duration_count) as bigint) as duration_count,
        sum(duration_sum_ms) as duration_sum_ms,
        cast(sum(quality_count) as bigint) as quality_count,
        sum(quality_sum) as quality_sum,
        cast(sum(followup_count) as bigint) as followup_count,
        cast(sum(followup_sum) as bigint) as followup_sum,
        cast(sum(sessions - coalesce(repeated.times, 0)) as bigint) as sessions,
        count(*) as projects,
        min(first_used) as first_used,
        max(last_used) as last_used
    from added
    inner join scopes using (project_id)
    left join repeated_sessions($q) as repeated using (project_id, kind, skill_name)
    group by scopes.scope, added.kind, added.skill_name
),

percentiles as (
    select
        scopes.scope,
        asked.kind,
        asked.skill_name,
        quantile_cont(cast(asked.duration_ms as double), [0.5, 0.95]) as found
    from asked($q) as asked
    inner join scopes using (project_id)
    group by scopes.scope, asked.kind, asked.skill_name
)

select
    scope,
    kind,
    skill_name,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    found[1],
    found[2],
    quality_count,
    quality_sum,
    followup_count,
    followup_sum,
    sessions,
    projects,
    epoch_us(first_used),
    epoch_us(last_used)
from sums
inner join percentiles using (scope, kind, skill_name)
