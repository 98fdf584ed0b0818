insert into bulk_files values ($id);

-- Parts that are staged only for their records to be counted with those beside them.
insert into parts_beside
select part_number
from staged
where source_file_id = $id and list_contains($beside, part_number)
group by part_number;
