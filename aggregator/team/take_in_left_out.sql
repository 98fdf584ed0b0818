-- How many rows are of counters that are not known here.
select count(*) as left_out
from rows_given
where not list_contains($counters, rows_given.counter);
