select rows_since from archived_projects where project_id = $id;
