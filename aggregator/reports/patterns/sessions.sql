-- The first sessions in the requested order. Equal ids in two projects are two sessions, and so are the
-- parts of one before and after a pause. A session lasts from its first start to its last end; a use
-- without a duration ends when it starts. The worst have the highest lower bound (Wilson; $z2 is the
-- squared normal quantile) of the share of uses that failed or were abandoned.

with uses as materialized (
    select project_id, session_id, part, kind, skill_name, outcome, invoked_at, duration_ms
    from in_sessions($q, $idle_us)
),
using_all as materialized (
    select
        project_id,
        session_id,
        part
    from uses
    where list_contains($names, skill_name)
    group by project_id, session_id, part
    having count(distinct skill_name) = len($names)
),
seen as materialized (
    select
        project_id,
        session_id,
        part,
        count(*) as uses,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown,
        epoch_us(min(invoked_at)) as first_us,
        epoch_us(max(invoked_at)) as last_us,
        max(
            epoch_us(invoked_at)
            + coalesce(cast(round(cast(duration_ms as double) * 1000) as bigint), 0)
        ) - first_us as length_us,
        failures + abandoned as lost,
        successes + lost as known
    from uses
    where len($names) = 0 or (project_id, session_id, part) in (from using_all)
    group by project_id, session_id, part
),
longest as (
    select 'longest' as sorted_as, *
    from seen
    order by length_us desc, uses desc, first_us, project_id, session_id, part
    limit if($sort = 'longest', $limit, 1)
),
busiest as (
    select 'busiest' as sorted_as, *
    from seen
    order by uses desc, length_us desc, first_us, project_id, session_id, part
    limit if($sort = 'busiest', $limit, 1)
),
worst as (
    select 'worst' as sorted_as, *
    from seen
    where known >= $min_known and lost > 0
    order by
        (
            lost / known + $z2 / (2 * known)
            - sqrt($z2 * (lost / known * (1 - lost / known) / known + $z2 / (4 * known * known)))
        ) / (1 + $z2 / known) desc,
        known desc, first_us, project_id, session_id, part
    limit if($sort = 'worst', $limit, 1)
),
chosen as materialized (
    from longest
    union all
    from busiest
    union all
    from worst
),
names_of as (
    select
        project_id,
        session_id,
        part,
        count(distinct (kind, skill_name)) as names
    from uses
    semi join chosen using (project_id, session_id, part)
    group by project_id, session_id, part
),
totals as (
    select
        count(*) as sessions,
        median(uses) as median_uses,
        median(length_us) / 1000 as median_length_ms,
        count(*) filter (known >= $min_known) as judged
    from seen
)
select
    totals.*,
    sorted_as,
    project_id,
    session_id,
    part,
    names,
    successes,
    failures,
    abandoned,
    unknown,
    first_us,
    last_us,
    length_us / 1000 as length_ms
from totals
left join chosen on true
left join names_of using (project_id, session_id, part)
