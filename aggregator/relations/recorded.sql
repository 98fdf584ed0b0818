-- The rows that query `q` is about, with everything that was recorded. Without archived days, which do
-- not keep the order of uses or which uses shared a session.

create or replace temp macro recorded(q) as table
from of_query('skill_usage', q)
where counted;
