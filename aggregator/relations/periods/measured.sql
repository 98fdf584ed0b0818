-- What is stored does not add up over the projects of the query.

create or replace temp macro periods(q) as table
from measured_periods(q);
