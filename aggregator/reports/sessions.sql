-- A session is its project's own.

select count(*)
from (select distinct project_id, session_id from asked($q) where session_id is not null)
