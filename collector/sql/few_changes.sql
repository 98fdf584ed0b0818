-- The view of what changes as a table, where that is little: it is read four times.

create or replace temp table few_changes as
from changes
