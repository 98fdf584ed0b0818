update projects set is_active = true where project_id = $id;
