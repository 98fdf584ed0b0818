-- Projects together, as `scopes` puts them: everything adds up, sessions too, because a session is
-- a project's own; but percentiles do not, and are taken from the rows.

, percentiles as (
    select
        placed.window_start,
        scopes.scope,
        placed.kind,
        placed.skill_name,
        quantile_cont(cast(placed.duration_ms as double), [0.5, 0.95]) as found
    from placed
    inner join scopes on scopes.project_id = placed.project_id
    group by placed.window_start, scopes.scope, placed.kind, placed.skill_name
),

sums as (
    select
        measured.time_window,
        measured.window_start,
        scopes.scope,
        measured.kind,
        measured.skill_name,
        sum(measured.invocations) as invocations,
        sum(measured.successes) as successes,
        sum(measured.failures) as failures,
        sum(measured.abandoned) as abandoned,
        sum(measured.unknown) as unknown,
        sum(measured.duration_count) as duration_count,
        sum(measured.duration_sum_ms) as duration_sum_ms,
        sum(measured.quality_count) as quality_count,
        sum(measured.quality_sum) as quality_sum,
        sum(measured.followup_count) as followup_count,
        sum(measured.followup_sum) as followup_sum,
        sum(measured.sessions) as sessions,
        count(*) as projects,
        min(measured.first_used) as first_used,
        max(measured.last_used) as last_used
    from measured
    inner join scopes on scopes.project_id = measured.project_id
    group by
        measured.time_window,
        measured.window_start,
        scopes.scope,
        measured.kind,
        measured.skill_name
)

select
    sums.time_window,
    sums.window_start,
    sums.scope as project_id,
    sums.kind,
    sums.skill_name,
    cast(sums.invocations as bigint) as invocations,
    cast(sums.successes as bigint) as successes,
    cast(sums.failures as bigint) as failures,
    cast(sums.abandoned as bigint) as abandoned,
    cast(sums.unknown as bigint) as unknown,
    cast(sums.duration_count as bigint) as duration_count,
    sums.duration_sum_ms,
    percentiles.found[1] as p50_duration_ms,
    percentiles.found[2] as p95_duration_ms,
    cast(sums.quality_count as bigint) as quality_count,
    sums.quality_sum,
    cast(sums.followup_count as bigint) as followup_count,
    cast(sums.followup_sum as bigint) as followup_sum,
    cast(sums.sessions as bigint) as sessions,
    sums.projects,
    sums.first_used,
    sums.last_used
from sums
inner join percentiles
    on percentiles.window_start = sums.window_start
    and percentiles.scope = sums.scope
    and percentiles.kind = sums.kind
    and percentiles.skill_name = sums.skill_name
