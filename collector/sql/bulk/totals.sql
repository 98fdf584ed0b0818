select
    part_number,
    skill_name,
    count(*) as records,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (unfinished) as unfinished
from staged
where part_number >= $first and kind = $kind
group by part_number, skill_name
