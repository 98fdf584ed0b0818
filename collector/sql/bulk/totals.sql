select
    part_number,
    skill_name,
    count(*) as records,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (unfinished) as unfinished
from loaded
where list_contains($regular, part_number)
group by part_number, skill_name
