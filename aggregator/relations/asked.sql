-- The invocations that query `q` is about, those of archived days included.

create or replace temp macro asked(q) as table
from of_query('invocations', q);
