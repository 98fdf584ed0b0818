-- The uses and sessions of each project's days, counted again in its rows, and the distinct sessions of each
-- project, which tell whether those that recur are known. Where no refresh has counted days yet, nothing.

with counted as (
    select
        if(
            grouping(day) = 0,
            concat_ws(' ', kind || 's', 'on', day, 'of', project_id),
            'all time of ' || project_id
        ) as about,
        project_id,
        day,
        struct_pack(uses := count(*), sessions := count(distinct session_id)) as numbers
    from invocations
    where hash(project_id) % cast($parts as ubigint) = $part
    group by grouping sets ((project_id, kind, day), (project_id))
),

again as (
    select project_id, sum(times - 1) as times
    from (
        select project_id, count(*) as times
        from recurring_sessions
        group by project_id, session_id
    )
    group by project_id
),

kept as (
    select
        concat_ws(' ', kind || 's', 'on', day, 'of', project_id) as about,
        project_id,
        day,
        struct_pack(uses := uses, sessions := sessions) as numbers
    from project_days
    where hash(project_id) % cast($parts as ubigint) = $part
    union all
    select
        'all time of ' || project_id,
        project_id,
        null,
        struct_pack(
            uses := cast(sum(uses) as bigint),
            sessions := cast(sum(sessions) - coalesce(any_value(times), 0) as bigint)
        )
    from project_days
    left join again using (project_id)
    where hash(project_id) % cast($parts as ubigint) = $part
    group by project_id
)

select
    count(*) over () as findings,
    about,
    cast(to_json(kept.numbers) as varchar) as stored,
    cast(to_json(counted.numbers) as varchar) as expected
from counted
full join kept using (about, project_id)
where
    kept.numbers is distinct from counted.numbers
    and exists (from project_days)
    and project_id not in (
        select marked.project_id
        from marked
        where
            marked.time_window = 'daily'
            and marked.window_start = coalesce(counted.day, kept.day, marked.window_start)
    )
order by about
limit $examples;
