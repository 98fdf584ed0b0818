-- Nothing stored is stale.

create or replace temp macro periods(q) as table
from stored_periods(q);
