select project_id, count(*) filter (existing_row is null), count(*) filter (existing_row is not null)
from changed_transcript_rows
group by all;
