-- What followed what within a session (its parts between pauses). Uses at the same moment are ordered by
-- their identity; a step next to such a moment has no certain order. A skill that follows itself is a
-- step only if $repeats. In a part whose n uses are in random order, x of one name and y of another, the
-- steps from one to the other are hypergeometric (n, x, y): all its factorial moments are the same.
-- Sums are of exact decimals, so that they are the same in every run.

with uses as materialized (
    select
        project_id,
        session_id,
        part,
        month,
        kind,
        skill_name,
        outcome,
        epoch_us(invoked_at) as at_us,
        lag(kind) over in_order as from_kind,
        lag(skill_name) over in_order as from_name,
        lag(at_us) over in_order as from_us,
        coalesce(lag(at_us, 2) over in_order < from_us, true)
            and from_us < at_us
            and coalesce(at_us < lead(at_us) over in_order, true) as is_certain
    from in_sessions($q, $idle_us)
    window in_order as (
        partition by project_id, session_id, part
        order by invoked_at, kind, skill_name, idempotency_key nulls first, occurrence
    )
),
transitions as materialized (
    select *, at_us - from_us as gap_us
    from uses
    where from_kind is not null and ($repeats or (from_kind, from_name) <> (kind, skill_name))
),
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
counted_uses as materialized (
    select
        project_id,
        session_id,
        part,
        kind,
        skill_name,
        count(*) as uses,
        sum(count(*)) over (partition by project_id, session_id, part) as uses_of_part
    from uses
    group by project_id, session_id, part, kind, skill_name
),
certain as (
    select
        from_kind,
        from_name,
        kind,
        skill_name,
        sum(times) as certain_times,
        count(*) as parts
    from (
        select
            from_kind,
            from_name,
            kind,
            skill_name,
            count(*) as times
        from transitions
        where is_certain
        group by project_id, session_id, part, from_kind, from_name, kind, skill_name
    )
    group by from_kind, from_name, kind, skill_name
),
in_random_order as (
    select
        pairs.from_kind,
        pairs.from_name,
        pairs.kind,
        pairs.skill_name,
        sum(cast(a.uses * b.uses / a.uses_of_part as decimal(38, 12))) as expected,
        sum(
            cast(
                a.uses * b.uses / a.uses_of_part
                * (a.uses_of_part - a.uses) * (a.uses_of_part - b.uses)
                / a.uses_of_part / (a.uses_of_part - 1) as decimal(38, 12)
            )
        ) as variance,
        sum(least(a.uses, b.uses)) as most
    from pairs
    join counted_uses as a on a.kind = pairs.from_kind and a.skill_name = pairs.from_name
    join counted_uses as b
        on
            b.kind = pairs.kind
            and b.skill_name = pairs.skill_name
            and a.project_id = b.project_id
            and a.session_id = b.session_id
            and a.part = b.part
    where times >= $min_times and (pairs.from_kind, pairs.from_name) <> (pairs.kind, pairs.skill_name)
    group by pairs.from_kind, pairs.from_name, pairs.kind, pairs.skill_name
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
),
totals as (
    select
        (select count(*) from transitions) as transitions,
        (
            select count(*) from uses where (from_kind, from_name) = (kind, skill_name)
        ) as repeats,
        (
            select count(*)
            from (
                select kind, skill_name
                from counted_uses
                group by kind, skill_name
                having sum(uses) >= $min_times
            )
        ) as names
)
select
    pairs.*,
    coalesce(successes_elsewhere, 0),
    coalesce(known_elsewhere, 0),
    coalesce(compared.expected, 0),
    coalesce(compared.variance, 0),
    coalesce(compared.least, 0),
    coalesce(compared.most, 0),
    coalesce(compared.weight, 0),
    coalesce(certain_times, 0),
    coalesce(parts, 0),
    coalesce(in_random_order.expected, 0),
    coalesce(in_random_order.variance, 0),
    coalesce(in_random_order.most, 0),
    totals.*
from totals
left join pairs on times >= $min_times
left join compared using (from_kind, from_name, kind, skill_name)
left join certain using (from_kind, from_name, kind, skill_name)
left join in_random_order using (from_kind, from_name, kind, skill_name)
order by times desc, from_name, from_kind, skill_name, kind
