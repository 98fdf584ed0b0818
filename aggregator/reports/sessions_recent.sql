-- Sessions of the last days of a span, from $since_recent on, and of those before, in one query.

select count(*) filter (is_recent), count(*) filter (is_before)
from (
    select
        bool_or(day >= $since_recent) as is_recent,
        bool_or(day < $since_recent) as is_before
    from asked($q)
    where session_id is not null
    group by project_id, session_id
)
