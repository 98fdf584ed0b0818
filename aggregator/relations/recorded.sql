-- The rows that query `q` is about, with everything their writers recorded. Archived days are not
-- among them: what is kept of those has neither order nor sessions' company.

create or replace temp macro recorded(q) as table
from of_query('skill_usage', q)
where counted;
