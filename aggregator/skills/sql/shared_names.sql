-- The names that files with different texts have.

select name
from skill_files
where gone_at is null
group by name
having count(distinct digest) > 1
