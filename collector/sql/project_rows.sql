-- How many rows each project holds. It reads a column of all rows, so only who shows them asks.

select project_id, count(*)
from skill_usage
group by project_id
