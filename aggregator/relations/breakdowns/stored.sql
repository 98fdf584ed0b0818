-- Nothing stored is stale, and all active projects are one group.

create or replace temp macro breakdowns(q) as table
from stored_breakdowns(q);
