-- How often each member used each skill in the weeks of the baseline; stays with the rollup.
select
    by_member.member,
    by_member.kind,
    by_member.skill,
    cast(
        sum(
            by_member.successes + by_member.failures + by_member.abandoned + by_member.unknown
        ) as bigint
    ) as uses
from by_member
group by by_member.member, by_member.kind, by_member.skill
having
    sum(by_member.successes + by_member.failures + by_member.abandoned + by_member.unknown) > 0;
