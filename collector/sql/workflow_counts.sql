select source_file_id, inserted, updated from workflow_counts;
