-- What is in the rows of each file: no member whose `doubts` are 0 breaks a rule on values, except
-- that of doubled keys. `rows_counted` are those that a rollup counts.
select
    rows_given.filename,
    min(rows_given.member) as first_member,
    max(rows_given.member) as last_member,
    min(rows_given.team) as first_team,
    max(rows_given.team) as last_team,
    count_if(
        listed.skill is not null
        and list_contains($counters, rows_given.counter)
        and rows_given.week >= $from
        and rows_given.week < $until
    ) as rows_counted,
    count_if(not list_contains($counters, rows_given.counter)) as left_out,
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
    )
    + count_if(rows_given.uses < 1 or rows_given.uses > $most_uses)
    + count_if(
        isodow(rows_given.week) <> 1
        or rows_given.week < $earliest
        or rows_given.week > $latest
    )
    + count_if(rows_given.kind not in ('skill', 'agent'))
    + count_if(rows_given.measured not in ('writer', 'transcript'))
    + count_if(not list_contains($types, rows_given.project_type))
    + count_if(
        case
            when rows_given.counter = 'duration'
                then coalesce(rows_given.bucket not between 0 and 400, true)
            else rows_given.bucket is not null
        end
    )
    -- Of all skills together, which is more than of any one of them.
    + case when sum(rows_given.uses) > $most_in_all then 1 else 0 end as doubts
from read_parquet($paths, hive_partitioning = false, filename = true) as rows_given
left join (select unnest($skills) as skill) as listed on listed.skill = rows_given.skill
group by rows_given.filename;
