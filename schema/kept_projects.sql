select count(*) from kept.projects where project_id = $id;
