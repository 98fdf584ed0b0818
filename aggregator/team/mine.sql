-- This warehouse's uses by name and way of measuring, with the median of their durations; and the same by
-- project, which is null where it is all of them. Of the rows that a query can be about, `asked` has more
-- to say than is asked here, and planning that takes longer than reading a quarter of a year.
select
    kind,
    skill_name,
    measured,
    if(grouping(project_id) = 0, project_id, null) as project_id,
    count(*) as uses,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome <> 'unknown') as known,
    quantile_cont(cast(duration_ms as double), 0.5) as p50
from invocations
where
    invoked_at <= cast($q['horizon'] as timestamptz)
    and day >= $q['since']
    and day <= $q['until']
    and ($q['projects'] is null or list_contains($q['projects'], project_id))
    and measured is not null
group by grouping sets ((kind, skill_name, measured), (kind, skill_name, measured, project_id));
