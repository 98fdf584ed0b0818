-- Days of single projects are not stored.

create or replace temp macro breakdowns(q) as table
from measured_breakdowns(q);
