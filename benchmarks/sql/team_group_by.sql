-- What every way of counting has to do at least: one group by of the same files.
select
    counters.member,
    counters.kind,
    counters.skill,
    counters.week,
    sum(counters.uses) as uses
from counters
group by counters.member, counters.kind, counters.skill, counters.week;
