select path, fingerprint, list_transform(opening, lambda each: epoch_us(each))
from source_files
where project_id = $id and state <> 'gone' and records > 0
order by path
