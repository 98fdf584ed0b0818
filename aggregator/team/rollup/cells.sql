-- One row a part of a cut and skill, shown or not. `units` are members with a known outcome, `ss`,
-- `sn` and `nn` sums over them of successes and known outcomes squared and multiplied. A cell may be
-- shown (1) with enough members of whom none has more than 80 % of its uses; its rate is one of enough
-- members as well, or it has none.
with counted as (
    select
        parts.cut,
        parts.span,
        parts.part,
        parts.kind,
        parts.skill,
        parts.measured,
        parts.successes,
        parts.failures,
        parts.abandoned,
        parts.unknown,
        parts.timed,
        parts.successes + parts.failures + parts.abandoned as known,
        parts.successes + parts.failures + parts.abandoned + parts.unknown as uses
    from parts
),

summed as (
    select
        counted.cut,
        counted.span,
        counted.part,
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
        cast(sum(counted.known * counted.known) as bigint) as nn,
        cast(sum(case when counted.timed > 0 then 1 else 0 end) as bigint) as timed_members,
        cast(sum(counted.timed) as bigint) as timed,
        cast(max(counted.timed) as bigint) as timed_largest
    from counted
    group by
        counted.cut,
        counted.span,
        counted.part,
        counted.kind,
        counted.skill,
        counted.measured
)

select
    summed.cut,
    summed.span,
    summed.part,
    summed.kind,
    summed.skill,
    summed.measured,
    summed.members,
    summed.uses,
    summed.successes,
    summed.failures,
    summed.abandoned,
    summed.unknown,
    summed.largest,
    summed.units,
    summed.ss,
    summed.sn,
    summed.nn,
    summed.timed_members,
    summed.timed,
    summed.timed_largest,
    case
        when
            summed.members >= asked.least_members
            and 5 * summed.largest <= 4 * summed.uses
            and (summed.units = 0 or summed.units >= asked.least_members)
            then 1
        else 0
    end as shown
from summed
cross join asked
where summed.uses > 0;
