-- Percentiles of durations as powers of two: eighths of octaves above a microsecond, within the
-- bucket by its share. One division each, of whole numbers, so that all engines agree to the bit.
with parts_of_time as (
    select
        'all' as cut,
        '' as part,
        by_duration.kind,
        by_duration.skill,
        by_duration.measured,
        by_duration.bucket,
        sum(by_duration.uses) as uses
    from by_duration
    cross join asked
    where by_duration.week >= asked.baseline_from
    group by by_duration.kind, by_duration.skill, by_duration.measured, by_duration.bucket
    union all
    select
        'type' as cut,
        by_duration.project_type as part,
        by_duration.kind,
        by_duration.skill,
        by_duration.measured,
        by_duration.bucket,
        sum(by_duration.uses) as uses
    from by_duration
    cross join asked
    where by_duration.week >= asked.baseline_from
    group by
        by_duration.project_type,
        by_duration.kind,
        by_duration.skill,
        by_duration.measured,
        by_duration.bucket
    union all
    select
        'week' as cut,
        cast(by_duration.week as string) as part,
        by_duration.kind,
        by_duration.skill,
        by_duration.measured,
        by_duration.bucket,
        sum(by_duration.uses) as uses
    from by_duration
    group by
        by_duration.week,
        by_duration.kind,
        by_duration.skill,
        by_duration.measured,
        by_duration.bucket
),

running as (
    select
        parts_of_time.cut,
        parts_of_time.part,
        parts_of_time.kind,
        parts_of_time.skill,
        parts_of_time.measured,
        parts_of_time.bucket,
        cast(parts_of_time.uses as bigint) as uses,
        cast(
            sum(parts_of_time.uses) over (
                partition by
                    parts_of_time.cut,
                    parts_of_time.part,
                    parts_of_time.kind,
                    parts_of_time.skill,
                    parts_of_time.measured
                order by parts_of_time.bucket
                rows between unbounded preceding and current row
            ) as bigint
        ) as up_to,
        cast(
            sum(parts_of_time.uses) over (
                partition by
                    parts_of_time.cut,
                    parts_of_time.part,
                    parts_of_time.kind,
                    parts_of_time.skill,
                    parts_of_time.measured
            ) as bigint
        ) as timed
    from parts_of_time
)

select
    running.cut,
    running.part,
    running.kind,
    running.skill,
    running.measured,
    max(running.timed) as timed,
    max(
        case
            when 100 * running.up_to >= 50 * running.timed
                and 100 * (running.up_to - running.uses) < 50 * running.timed
                then
                    cast(
                        100 * running.bucket * running.uses
                        + 50 * running.timed
                        - 100 * (running.up_to - running.uses) as double
                    ) / cast(100 * running.uses as double)
        end
    ) as p50,
    max(
        case
            when 100 * running.up_to >= 95 * running.timed
                and 100 * (running.up_to - running.uses) < 95 * running.timed
                then
                    cast(
                        100 * running.bucket * running.uses
                        + 95 * running.timed
                        - 100 * (running.up_to - running.uses) as double
                    ) / cast(100 * running.uses as double)
        end
    ) as p95
from running
group by running.cut, running.part, running.kind, running.skill, running.measured;
