select count(*) from skill_usage where source_file_id is null and list_contains($sources, source)
