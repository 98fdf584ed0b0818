-- One row a member and part of a cut; stays in the engine. Parts of one `span` add up to a sum that
-- may be known. Of the cuts only `span` is never shown: it says which weeks' sums may be.
select
    'all' as cut,
    0 as span,
    '' as part,
    by_member.kind,
    by_member.skill,
    by_member.measured,
    by_member.member,
    cast(sum(by_member.successes) as bigint) as successes,
    cast(sum(by_member.failures) as bigint) as failures,
    cast(sum(by_member.abandoned) as bigint) as abandoned,
    cast(sum(by_member.unknown) as bigint) as unknown,
    cast(sum(by_member.timed) as bigint) as timed
from by_member
group by by_member.kind, by_member.skill, by_member.measured, by_member.member
union all
select
    'team' as cut,
    0 as span,
    by_member.team as part,
    by_member.kind,
    by_member.skill,
    by_member.measured,
    by_member.member,
    cast(sum(by_member.successes) as bigint) as successes,
    cast(sum(by_member.failures) as bigint) as failures,
    cast(sum(by_member.abandoned) as bigint) as abandoned,
    cast(sum(by_member.unknown) as bigint) as unknown,
    cast(sum(by_member.timed) as bigint) as timed
from by_member
group by
    by_member.team, by_member.kind, by_member.skill, by_member.measured, by_member.member
union all
select
    'type' as cut,
    0 as span,
    by_member.project_type as part,
    by_member.kind,
    by_member.skill,
    by_member.measured,
    by_member.member,
    cast(sum(by_member.successes) as bigint) as successes,
    cast(sum(by_member.failures) as bigint) as failures,
    cast(sum(by_member.abandoned) as bigint) as abandoned,
    cast(sum(by_member.unknown) as bigint) as unknown,
    cast(sum(by_member.timed) as bigint) as timed
from by_member
group by
    by_member.project_type,
    by_member.kind,
    by_member.skill,
    by_member.measured,
    by_member.member
union all
select
    'week' as cut,
    by_week.span,
    cast(by_week.week as string) as part,
    by_week.kind,
    by_week.skill,
    by_week.measured,
    by_week.member,
    by_week.successes,
    by_week.failures,
    by_week.abandoned,
    by_week.unknown,
    by_week.timed
from by_week
union all
select
    'span' as cut,
    by_week.span,
    '' as part,
    by_week.kind,
    by_week.skill,
    by_week.measured,
    by_week.member,
    cast(sum(by_week.successes) as bigint) as successes,
    cast(sum(by_week.failures) as bigint) as failures,
    cast(sum(by_week.abandoned) as bigint) as abandoned,
    cast(sum(by_week.unknown) as bigint) as unknown,
    cast(sum(by_week.timed) as bigint) as timed
from by_week
group by by_week.span, by_week.kind, by_week.skill, by_week.measured, by_week.member;
