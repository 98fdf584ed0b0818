-- How many members used an experiment's skills in weeks that only one of two published sums covers:
-- those of the experiment, and those of the baseline. What so few used follows by subtraction.
select
    assigned.experiment,
    cast(count(distinct counters.member) as bigint) as members
from counters
inner join assigned on assigned.member = counters.member
cross join asked
where
    (counters.skill = assigned.control or counters.skill = assigned.treatment)
    and counters.counter in ('success', 'failure', 'abandoned', 'unknown')
    and (
        case
            when counters.week >= assigned.begins_on and counters.week < assigned.until then 1
            else 0
        end
    ) <> (
        case
            when counters.week >= asked.baseline_from and counters.week < asked.until then 1
            else 0
        end
    )
group by assigned.experiment;
