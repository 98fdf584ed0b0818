-- A real-time aggregate: stored before the watermark, computed from the rows since.

create or replace temp macro breakdowns(q) as table
from stored_breakdowns(q)
union all
from measured_breakdowns(q);
