-- All measures of a span that is not a stored bucket, of all active projects together, by kind and name.
-- Their days are stored together and add up, but for percentiles, which come from the rows, and for the
-- number of projects, which comes from whole months ($months) and the days before and after ($head, $tail).
-- Times are returned as microseconds since 1970, because time objects need pytz.

with added as (
    select
        kind,
        skill_name,
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
        sum(sessions) as sessions,
        min(first_used) as first_used,
        max(last_used) as last_used
    from periods($q)
    group by kind, skill_name
),

repeated as (
    select kind, skill_name, sum(times) as times
    from repeated_sessions($q)
    group by kind, skill_name
),

places as (
    select kind, skill_name, count(distinct project_id) as projects
    from (
        select kind, skill_name, project_id from periods($head)
        union all
        select kind, skill_name, project_id from periods($months)
        union all
        select kind, skill_name, project_id from periods($tail)
    )
    group by kind, skill_name
),

-- Grouping so many rows by two texts takes a fifth longer than by one.
percentiles as (
    select
        'skill' as kind,
        skill_name,
        quantile_cont(cast(duration_ms as double), [0.5, 0.95]) as found
    from asked($q)
    where kind = 'skill'
    group by skill_name
    union all
    select 'agent', skill_name, quantile_cont(cast(duration_ms as double), [0.5, 0.95])
    from asked($q)
    where kind = 'agent'
    group by skill_name
)

select
    '*',
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
    cast(sessions - coalesce(times, 0) as bigint),
    projects,
    epoch_us(first_used),
    epoch_us(last_used)
from added
inner join percentiles using (kind, skill_name)
inner join places using (kind, skill_name)
left join repeated using (kind, skill_name)
