select folder, stands_for from transcript_folders;
