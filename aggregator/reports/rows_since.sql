select max(rows_since) from archived_projects;
