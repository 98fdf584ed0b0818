-- How many rows each tool's transcripts have, and how many of them do not count.

select source, count(*), count(*) filter (not counted)
from skill_usage
where source_file_id is null
group by source
