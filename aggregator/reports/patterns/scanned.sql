select
    count(*) as uses,
    count(session_id) as uses_in_sessions
from recorded($q)
