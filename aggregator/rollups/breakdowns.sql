-- The breakdowns as they are counted.

select * from broken_down
