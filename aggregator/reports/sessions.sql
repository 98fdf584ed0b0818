-- Distinct sessions; equal ids in two projects are two sessions.

select count(*)
from (select distinct project_id, session_id from asked($q) where session_id is not null)
