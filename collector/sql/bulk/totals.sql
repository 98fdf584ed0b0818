-- What the rows of each file hold by name, but for chunks that are counted already.

select
    source_file_id,
    skill_name,
    count(*) as records,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (unfinished) as unfinished
from staged
where chunk_number is not null and not list_contains($overlapping, chunk_number)
group by source_file_id, skill_name
