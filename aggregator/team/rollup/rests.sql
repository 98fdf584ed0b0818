-- What the parts that may not be shown are together, as one cell: alone (0), or joined by the
-- smallest one (1) or two (2) of those that may be shown.
with steps as (
    select 0 as joined
    union all
    select 1 as joined
    union all
    select 2 as joined
),

counted as (
    select
        steps.joined,
        parts.cut,
        parts.span,
        parts.kind,
        parts.skill,
        parts.measured,
        parts.member,
        sum(parts.successes) as successes,
        sum(parts.failures) as failures,
        sum(parts.abandoned) as abandoned,
        sum(parts.unknown) as unknown,
        sum(parts.successes + parts.failures + parts.abandoned) as known,
        sum(parts.successes + parts.failures + parts.abandoned + parts.unknown) as uses
    from parts
    inner join places
        on
            parts.cut = places.cut
            and parts.span = places.span
            and parts.part = places.part
            and parts.kind = places.kind
            and parts.skill = places.skill
            and parts.measured = places.measured
    inner join steps on places.place <= steps.joined
    group by
        steps.joined,
        parts.cut,
        parts.span,
        parts.kind,
        parts.skill,
        parts.measured,
        parts.member
)

select
    counted.joined,
    counted.cut,
    counted.span,
    counted.kind,
    counted.skill,
    counted.measured,
    cast(sum(case when counted.uses > 0 then 1 else 0 end) as bigint) as members,
    cast(sum(counted.uses) as bigint) as uses,
    cast(sum(counted.successes) as bigint) as successes,
    cast(sum(counted.failures) as bigint) as failures,
    cast(sum(counted.abandoned) as bigint) as abandoned,
    cast(sum(counted.unknown) as bigint) as unknown,
    cast(max(counted.uses) as bigint) as largest,
    cast(sum(case when counted.known > 0 then 1 else 0 end) as bigint) as units,
    cast(sum(counted.successes * counted.successes) as bigint) as ss,
    cast(sum(counted.successes * counted.known) as bigint) as sn,
    cast(sum(counted.known * counted.known) as bigint) as nn
from counted
group by
    counted.joined, counted.cut, counted.span, counted.kind, counted.skill, counted.measured;
