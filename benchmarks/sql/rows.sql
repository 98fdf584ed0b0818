-- How many uses and runs a warehouse has.

select count(*) as stored
from skill_usage
