-- What identifies the row with an id, to see whether it is still the one that was read.

select typeof(skill_name) || ' ' || skill_name || char(10) || invoked_at || char(10) || created_at
from skill_invocation
where id = $id
