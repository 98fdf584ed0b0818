-- Outcomes by workflow path and by error of the skills and agents in $kinds and $names: since
-- $since_recent, and before. The successes of an error are 0, its known outcomes how often it was met.

select
    breakdowns.kind,
    breakdowns.skill_name,
    breakdowns.dimension,
    breakdowns.value,
    cast(sum(if(day >= $since_recent, successes, 0)) as bigint),
    cast(sum(if(day >= $since_recent, successes + failures + abandoned, 0)) as bigint),
    cast(sum(if(day >= $since_recent, 0, successes)) as bigint),
    cast(sum(if(day >= $since_recent, 0, successes + failures + abandoned)) as bigint)
from breakdowns($q) as breakdowns
inner join (
    select
        unnest(cast($kinds as varchar[])) as kind,
        unnest(cast($names as varchar[])) as skill_name
) as wanted
    on wanted.kind = breakdowns.kind
    and wanted.skill_name = breakdowns.skill_name
where breakdowns.dimension in ('path', 'error')
group by all
