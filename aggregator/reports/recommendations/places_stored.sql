-- Outcomes of every name in each project, from the day $since_recent on and in all of the span.
-- Whose projects are not asked about goes later: a list of many is slow to look up at every row.

select
    project_id,
    kind,
    skill_name,
    cast(sum(if(window_start >= $since_recent, successes, 0)) as bigint),
    cast(
        sum(if(window_start >= $since_recent, successes + failures + abandoned, 0)) as bigint
    ),
    cast(sum(successes) as bigint),
    cast(sum(successes + failures + abandoned) as bigint)
from skill_aggregates
where
    time_window = 'daily'
    and window_start between $since and $until
    and ($kind = 'all' or kind = $kind)
    and project_id <> '*'
group by project_id, kind, skill_name
