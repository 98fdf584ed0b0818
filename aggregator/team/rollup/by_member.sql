-- Outcomes in the weeks of the baseline by member and label; stays in the engine.
select
    counters.member,
    counters.team,
    counters.kind,
    counters.skill,
    counters.project_type,
    counters.measured,
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
where counters.week >= asked.baseline_from and counters.week < asked.until
group by
    counters.member,
    counters.team,
    counters.kind,
    counters.skill,
    counters.project_type,
    counters.measured;
