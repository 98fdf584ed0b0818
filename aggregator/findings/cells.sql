-- Outcomes and durations of every skill and agent in each project: since $since_recent, and before; by
-- source where the question is.
-- With them what tells how alike the uses of one day are: the squared deviations of daily successes
-- from the rate of their side, and what independent uses would give. Durations are the logarithms
-- of daily medians, each weighted by its number of durations.

with days as (
    select
        project_id,
        kind,
        skill_name,
        source,
        period_start >= $since_recent as is_now,
        successes,
        failures,
        abandoned,
        unknown,
        cast(successes + failures + abandoned as double) as known,
        duration_count,
        if(p50_duration_ms > 0, cast(duration_count as double), null) as weight,
        if(p50_duration_ms > 0, ln(p50_duration_ms), null) as log_median
    from periods($q)
),

sums as (
    select
        project_id,
        kind,
        skill_name,
        source,
        is_now,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(abandoned) as abandoned,
        sum(unknown) as unknown,
        sum(duration_count) as duration_count,
        sum(known) as known,
        sum(successes * successes) as xx,
        sum(successes * known) as xn,
        sum(known * known) as nn,
        coalesce(sum(weight), 0) as weight,
        coalesce(sum(weight * log_median), 0) as wy,
        coalesce(sum(weight * log_median * log_median), 0) as wyy,
        count(log_median) as days_timed
    from days
    group by project_id, kind, skill_name, source, is_now
)

select
    kind,
    skill_name,
    project_id,
    source,
    is_now,
    cast(successes as bigint),
    cast(failures as bigint),
    cast(abandoned as bigint),
    cast(unknown as bigint),
    cast(duration_count as bigint),
    if(
        known > 1,
        greatest(xx - 2 * successes / known * xn + successes / known * successes / known * nn, 0),
        0
    ),
    if(
        known > 1,
        successes / known * (1 - successes / known) * (known - nn / known) * known / (known - 1),
        0
    ),
    cast(weight as double),
    -- Rounded, so that the order in which days are added up does not show.
    if(weight > 0, round(wy / weight, 9), 0),
    if(weight > 0, round(greatest(wyy - wy * wy / weight, 0), 7), 0),
    cast(greatest(days_timed - 1, 0) as bigint)
from sums
