-- How many rows each project has, in order.

select project_id, count(*)
from invocations
group by project_id
order by project_id
