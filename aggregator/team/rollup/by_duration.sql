-- How many durations lie in each bucket, an eighth of an octave each; stays in the engine.
select
    counters.kind,
    counters.skill,
    counters.measured,
    counters.project_type,
    counters.week,
    cast(counters.bucket as bigint) as bucket,
    cast(sum(counters.uses) as bigint) as uses
from counters
cross join asked
where counters.counter = 'duration' and counters.week < asked.until
group by
    counters.kind,
    counters.skill,
    counters.measured,
    counters.project_type,
    counters.week,
    counters.bucket;
