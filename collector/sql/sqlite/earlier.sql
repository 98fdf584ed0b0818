-- What was read before of the sessions that go on: a new row may equal one of these in its key.

select skill_name, invoked_at, session_id
from skill_invocation
where
    id <= $last
    and (skill_name, session_id) in (
        select skill_name, session_id from skill_invocation where id > $last
    )
order by id
