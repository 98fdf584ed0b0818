delete from staged where source_file_id = $id;
