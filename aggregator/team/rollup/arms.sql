-- One row an arm of an experiment: the uses of both its skills in its weeks so far by the members who
-- were assigned that arm. `kept` are uses of the skill that was assigned, `units` members with a known
-- outcome, `ss`, `sn` and `nn` sums over them of successes and known outcomes squared and multiplied.
with by_member as (
    select
        assigned.experiment,
        assigned.arm,
        assigned.member,
        cast(sum(counters.uses) as bigint) as uses,
        cast(
            sum(
                case
                    when assigned.arm = 'control' and counters.skill = assigned.control then counters.uses
                    when assigned.arm = 'treatment' and counters.skill = assigned.treatment
                        then counters.uses
                    else 0
                end
            ) as bigint
        ) as kept,
        cast(sum(case when counters.counter = 'success' then counters.uses else 0 end) as bigint)
            as successes,
        cast(sum(case when counters.counter <> 'unknown' then counters.uses else 0 end) as bigint)
            as known
    from counters
    inner join assigned on assigned.member = counters.member
    where
        (counters.skill = assigned.control or counters.skill = assigned.treatment)
        and counters.week >= assigned.begins_on
        and counters.week < assigned.until
        and counters.counter in ('success', 'failure', 'abandoned', 'unknown')
    group by assigned.experiment, assigned.arm, assigned.member
)

select
    by_member.experiment,
    by_member.arm,
    cast(count(*) as bigint) as members,
    cast(sum(by_member.uses) as bigint) as uses,
    cast(max(by_member.uses) as bigint) as largest,
    cast(sum(by_member.kept) as bigint) as kept,
    cast(sum(case when by_member.kept > 0 then 1 else 0 end) as bigint) as keepers,
    cast(max(by_member.kept) as bigint) as largest_kept,
    cast(sum(case when by_member.uses > by_member.kept then 1 else 0 end) as bigint) as others,
    cast(max(by_member.uses - by_member.kept) as bigint) as largest_other,
    cast(sum(case when by_member.known > 0 then 1 else 0 end) as bigint) as units,
    cast(sum(by_member.successes) as bigint) as successes,
    cast(sum(by_member.known) as bigint) as known,
    cast(sum(by_member.successes * by_member.successes) as bigint) as ss,
    cast(sum(by_member.successes * by_member.known) as bigint) as sn,
    cast(sum(by_member.known * by_member.known) as bigint) as nn
from by_member
group by by_member.experiment, by_member.arm;
