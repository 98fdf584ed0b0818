-- What the rows of one file hold by name, but for parts that are counted already.

select
    skill_name,
    count(*) as records,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (unfinished) as unfinished
from staged
where source_file_id = $id and not list_contains($beside, part_number)
group by skill_name
