-- How many rows each month has, in order.

select month, count(*)
from invocations
group by month
order by month
