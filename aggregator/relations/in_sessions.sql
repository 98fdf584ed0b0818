-- The recorded uses with a session, and which part of it each belongs to: a pause of more than `idle_us`
-- microseconds, from the end of all uses before to the next start, begins a new part. Pauses are those
-- of the session as a whole, whichever of its uses the query is about. Key of a part: project_id,
-- session_id, part.

create or replace temp macro in_sessions(q, idle_us) as table
with uses as (
    from of_query(
        'skill_usage',
        struct_update(
            q,
            kind := 'all',
            name := cast(null as varchar),
            trigger := cast(null as varchar),
            source := cast(null as varchar)
        )
    )
    where counted and session_id is not null
),
pauses as (
    select
        *,
        epoch_us(invoked_at) - max(
            epoch_us(invoked_at)
            + coalesce(cast(round(cast(duration_ms as double) * 1000) as bigint), 0)
        ) over (
            partition by project_id, session_id
            order by invoked_at
            rows between unbounded preceding and 1 preceding
        ) > idle_us as resumes
    from uses
)
select
    * exclude (resumes),
    1 + count(*) filter (resumes) over (
        partition by project_id, session_id order by invoked_at
    ) as part
from pauses
qualify
    (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and (q['trigger'] is null or trigger = q['trigger'])
    and (q['source'] is null or source = q['source']);
