-- A real-time aggregate: stored before the watermark, computed from the rows since.

create or replace temp macro periods(q) as table
from stored_periods(q)
union all
from measured_periods(q);
