-- What is wrong with one member's rows: the first rule that is broken, or null.
with faults as (
    select
        count(*) as rows_in_all,
        count_if(
            rows_given.member is null
            or rows_given.team is null
            or rows_given.week is null
            or rows_given.kind is null
            or rows_given.skill is null
            or rows_given.project_type is null
            or rows_given.measured is null
            or rows_given.counter is null
            or rows_given.uses is null
        ) as missing,
        count_if(rows_given.member <> $member) as of_others,
        count(distinct rows_given.team) as teams,
        count(distinct rows_given.skill) as skills,
        count_if(rows_given.uses < 1 or rows_given.uses > $most_uses) as wrong_uses,
        count_if(
            isodow(rows_given.week) <> 1
            or rows_given.week < $earliest
            or rows_given.week > $latest
        ) as wrong_weeks,
        count_if(rows_given.kind not in ('skill', 'agent')) as wrong_kinds,
        count_if(rows_given.measured not in ('writer', 'transcript')) as wrong_measured,
        count_if(
            case
                when rows_given.counter = 'duration'
                    then coalesce(rows_given.bucket not between 0 and 400, true)
                else rows_given.bucket is not null
            end
            and list_contains($counters, rows_given.counter)
        ) as wrong_buckets
    from rows_given
),

doubled as (
    select coalesce(max(keyed.times), 0) as times
    from (
        select count(*) as times
        from rows_given
        group by
            rows_given.week,
            rows_given.kind,
            rows_given.skill,
            rows_given.project_type,
            rows_given.measured,
            rows_given.counter,
            rows_given.bucket
    ) as keyed
),

largest as (
    select coalesce(max(summed.uses), 0) as uses
    from (
        select sum(rows_given.uses) as uses
        from rows_given
        group by rows_given.kind, rows_given.skill, rows_given.counter
    ) as summed
)

select
    case
        when faults.missing > 0 then 'a value is missing'
        when faults.of_others > 0 then 'rows of another member'
        when faults.teams > 1 then 'more than one team'
        when faults.skills > $most_skills then 'more than ' || $most_skills || ' skills'
        when faults.wrong_kinds > 0 then 'a kind that is neither skill nor agent'
        when faults.wrong_measured > 0 then 'measured neither by a writer nor by a transcript'
        when faults.wrong_uses > 0 then 'uses below 1 or above ' || $most_uses
        when faults.wrong_weeks > 0
            then 'a week that does not begin on a Monday, is too old or has not begun'
        when faults.wrong_buckets > 0 then 'a bucket that is missing, out of range or misplaced'
        when doubled.times > 1 then 'two rows of one key'
        when largest.uses > $most_in_all then 'more uses of one skill than anybody makes'
    end as fault
from faults
cross join doubled
cross join largest;
