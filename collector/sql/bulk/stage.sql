-- Rows keep the order of their file: a part's number, then the order of insertion.

insert into staged by name
select
    * exclude (part_number, irregular, placeholder, unfinished),
    1 as occurrence,
    part_number * 4294967296 as position
from loaded
where list_contains($regular, part_number)
