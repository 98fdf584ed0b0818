-- Outcomes by member and week; stays in the engine. `span` is the stretch of weeks that published
-- sums can tell apart: recent (2) or before that (1) or older (0), and 10 more within the baseline.
select
    counters.member,
    counters.kind,
    counters.skill,
    counters.measured,
    counters.week,
    case
        when counters.week >= asked.recent_from then 2
        when counters.week >= asked.earlier_from then 1
        else 0
    end
    + case when counters.week >= asked.baseline_from then 10 else 0 end as span,
    cast(sum(case when counters.counter = 'success' then counters.uses else 0 end) as bigint)
        as successes,
    cast(sum(case when counters.counter = 'failure' then counters.uses else 0 end) as bigint)
        as failures,
    cast(sum(case when counters.counter = 'abandoned' then counters.uses else 0 end) as bigint)
        as abandoned,
    cast(sum(case when counters.counter = 'unknown' then counters.uses else 0 end) as bigint)
        as unknown,
    cast(sum(case when counters.counter = 'duration' then counters.uses else 0 end) as bigint)
        as timed
from counters
cross join asked
where counters.week < asked.until
group by
    counters.member,
    counters.kind,
    counters.skill,
    counters.measured,
    counters.week,
    case
        when counters.week >= asked.recent_from then 2
        when counters.week >= asked.earlier_from then 1
        else 0
    end
    + case when counters.week >= asked.baseline_from then 10 else 0 end;
