select source_file_id, project_id from staged_files;
