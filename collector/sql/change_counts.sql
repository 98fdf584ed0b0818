select source_file_id, inserted, updated from change_counts;
