-- The last of so many rows after one; none, where there are fewer.

select id from skill_invocation where id > $after order by id limit 1 offset $rows - 1
