select source_file_id, position, reason
from rejected_records
where project_id = $id
qualify row_number() over (partition by source_file_id order by position) <= $most
order by source_file_id, position
