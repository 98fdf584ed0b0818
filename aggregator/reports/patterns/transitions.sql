-- What followed what within a session. Uses at the same moment are ordered by their identity. Sums are
-- of exact decimals, so that they are the same in every run.

with steps as (
    select
        project_id,
        month,
        kind,
        skill_name,
        outcome,
        lag(kind) over in_order as from_kind,
        lag(skill_name) over in_order as from_name,
        epoch_us(invoked_at) - epoch_us(lag(invoked_at) over in_order) as gap_us
    from recorded($q)
    where session_id is not null
    window in_order as (
        partition by project_id, session_id
        order by invoked_at, kind, skill_name, idempotency_key nulls first, occurrence
    )
),
transitions as materialized (from steps where from_kind is not null),
pairs as (
    select
        from_kind,
        from_name,
        kind,
        skill_name,
        count(*) as times,
        sum(count(*)) over (partition by from_kind, from_name) as followed,
        median(gap_us) / 1000 as gap_ms,
        count(*) filter (gap_us = 0) as simultaneous,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown
    from transitions
    group by from_kind, from_name, kind, skill_name
),
strata as (
    select
        project_id,
        month,
        kind,
        skill_name,
        count(*) as total,
        count(*) filter (outcome = 'success') as successes
    from transitions
    where outcome <> 'unknown'
    group by project_id, month, kind, skill_name
),
cells as (
    select
        from_kind,
        from_name,
        project_id,
        month,
        kind,
        skill_name,
        count(*) as known,
        count(*) filter (outcome = 'success') as successes
    from transitions
    where outcome <> 'unknown'
    group by from_kind, from_name, project_id, month, kind, skill_name
),
compared as (
    select
        from_kind,
        from_name,
        kind,
        skill_name,
        sum(strata.total - cells.known) as known_elsewhere,
        sum(strata.successes - cells.successes) as successes_elsewhere,
        sum(cast(cells.known * strata.successes / strata.total as decimal(38, 12))) as expected,
        sum(
            cast(
                cells.known * strata.successes / strata.total
                * (strata.total - cells.known) * (strata.total - strata.successes)
                / strata.total / greatest(strata.total - 1, 1) as decimal(38, 12)
            )
        ) as variance,
        sum(greatest(0, cells.known + strata.successes - strata.total)) as least,
        sum(least(cells.known, strata.successes)) as most,
        sum(
            cast(cells.known * (strata.total - cells.known) / strata.total as decimal(38, 12))
        ) as weight
    from cells
    join strata using (project_id, month, kind, skill_name)
    group by from_kind, from_name, kind, skill_name
)
select
    pairs.*,
    coalesce(successes_elsewhere, 0),
    coalesce(known_elsewhere, 0),
    coalesce(expected, 0),
    coalesce(variance, 0),
    coalesce(least, 0),
    coalesce(most, 0),
    coalesce(weight, 0),
    (select count(*) from transitions)
from pairs
left join compared using (from_kind, from_name, kind, skill_name)
where times >= $min_times
order by times desc, from_name, from_kind, skill_name, kind
