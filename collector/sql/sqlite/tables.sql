-- The tables a database has itself: no view, and none that another module makes up.

select name
from sqlite_master
where type = 'table' and sql not like 'create virtual%'
