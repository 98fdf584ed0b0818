-- The projects and the distinct sessions of each of several spans, by number from 0; a null bound is open. Equal ids in two
-- projects are two sessions. Those of single days are added up, and a session that is in several of
-- these is counted once. Nothing where none were counted yet.

with spans as (
    select
        unnest(range(len($sinces))) as number,
        unnest(cast($sinces as date[])) as since,
        unnest(cast($untils as date[])) as until
),

counted as (
    select number, count(distinct project_id) as projects, sum(sessions) as sessions
    from project_days
    join spans on
        (since is null or day >= since)
        and (until is null or day <= until)
    where
        ($kind = 'all' or kind = $kind)
        and ($projects is null or list_contains($projects, project_id))
    group by number
),

again as (
    select number, sum(times - 1) as sessions
    from (
        select number, count(*) as times
        from recurring_sessions
        join spans on
            (since is null or day >= since)
            and (until is null or day <= until)
        where
            ($kind = 'all' or kind = $kind)
            and ($projects is null or list_contains($projects, project_id))
        group by number, project_id, session_id
    )
    group by number
)

select
    number,
    coalesce(projects, 0),
    cast(coalesce(counted.sessions, 0) - coalesce(again.sessions, 0) as bigint)
from spans
left join counted using (number)
left join again using (number)
where exists (from project_days)
order by number
