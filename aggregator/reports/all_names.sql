select distinct skill_name
from skill_aggregates
where time_window = 'all'
union select distinct skill_name
from dirty_buckets;
